import { expect, test } from "vitest";
import { estateLife } from "../../../src/sandbox/estate-life.ts";
import { seedEstate } from "../../../src/sandbox/seed-estate.ts";
import { noon } from "../../support/builders.ts";

test("an estate has agents and problems of its enabled environments, each once", () => {
  const now = noon.getTime();
  const all = [0, 1].map((index) => {
    const { environments = [] } = seedEstate(index, 120);
    const enabled = new Set(environments.filter(({ state }) => state === "ENABLED").map(({ id }) => id));
    const { agents = [], problems = [] } = estateLife(environments, index, now);
    for (const { environment } of [...agents, ...problems]) expect(enabled.has(environment)).toBe(true);
    return { agents, problems };
  });
  const ids = all.flatMap(({ agents }) => agents.map(({ host }) => host.id));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
  const problems = all.flatMap((one) => one.problems);
  expect(new Set(problems.map(({ problemId }) => problemId)).size).toBe(problems.length);
  const open = problems.filter(({ endTime }) => endTime === -1);
  expect(new Set(open.map(({ severityLevel }) => severityLevel))).toEqual(
    new Set(["ERROR", "CUSTOM_ALERT", "AVAILABILITY"]),
  );
  for (const { startTime, endTime, status } of problems) {
    expect(startTime).toBeGreaterThan(now - 8 * 86_400_000);
    expect(endTime === -1 ? status === "OPEN" : endTime > startTime && endTime < now).toBe(true);
  }
});
