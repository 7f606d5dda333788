import { expect, test } from "vitest";
import { renderStatusText } from "../../../src/report/status-text.ts";
import { aFleet, aFleetEnvironment } from "../../support/fleets.ts";

test("text says of open problems since when, with the title of the oldest", () => {
  const problem = { id: "1", severity: "ERROR", end: null };
  const environment = aFleetEnvironment({
    condition: "problems",
    problems: {
      open: { ERROR: 1, AVAILABILITY: 1 },
      list: [
        { ...problem, title: "Closed before", start: Date.parse("2026-03-07T12:00:00Z"), end: 1 },
        { ...problem, title: "Host or monitoring \u001bunavailable", start: Date.parse("2026-03-09T23:52:10Z") },
        { ...problem, title: "Failure rate increase", start: Date.parse("2026-03-10T02:00:00Z") },
      ],
    },
  });
  const text = renderStatusText(aFleet([environment]), (_style, plain) => plain, { full: false });
  expect(text).toContain(`  abc-p1
    open: 1 availability, 1 error
    since 2026-03-09 23:52 UTC: Host or monitoring \\u001bunavailable
`);
});
