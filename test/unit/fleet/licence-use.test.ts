import { describe, expect, test } from "vitest";
import { environmentAndUse } from "../../../src/dynatrace/answers.ts";
import { licenceTotal, licenceUse, nearLimit } from "../../../src/fleet/licence-use.ts";
import { anObservedEnvironment } from "../../support/builders.ts";

/** As a cluster answers. */
const withQuotas = (quotas: unknown) =>
  environmentAndUse({ id: "abc-p1", name: "abc p1", state: "ENABLED", trial: false, tags: [], quotas });

describe("what an environment uses of its licence", () => {
  test("is read by period, with its limit", () => {
    const uses = licenceUse(
      withQuotas({
        userSessions: { totalConsumedThisMonth: 12.5, totalMonthlyLimit: 100, totalConsumedThisYear: 0 },
        demUnits: { consumedThisMonth: 0, monthlyLimit: 500, consumedThisYear: 40, annualLimit: null },
        hostUnits: { currentUsage: 19, maxLimit: 20 },
        customMetrics: null,
      }),
    );
    expect(uses).toEqual([
      { quota: "demUnits", period: "month", used: 0, limit: 500 },
      { quota: "demUnits", period: "year", used: 40, limit: null },
      { quota: "hostUnits", period: "now", used: 19, limit: 20 },
      { quota: "userSessions", period: "month", used: 12.5, limit: 100 },
    ]);
    expect(nearLimit(uses).map(({ quota }) => quota)).toEqual(["hostUnits"]);
  });

  test("is not known where nothing was read, and what is no number is passed over", () => {
    expect(licenceUse(anObservedEnvironment({}))).toBeNull();
    expect(licenceUse(withQuotas({ hostUnits: { currentUsage: "many", maxLimit: 1 } }))).toEqual([]);
    expect(nearLimit(null)).toEqual([]);
  });
});

describe("what a cluster or customer uses of its licence", () => {
  test("is the sum of its environments, unless one is not known", () => {
    const [two = null, three = null] = [2, 3].map((currentUsage) =>
      licenceUse(withQuotas({ hostUnits: { currentUsage } })),
    );
    expect(licenceTotal([two, three])).toEqual([{ quota: "hostUnits", period: "now", used: 5 }]);
    expect(licenceTotal([two, licenceUse(anObservedEnvironment({}))])).toBeNull();
    expect(licenceTotal([])).toEqual([]);
  });
});
