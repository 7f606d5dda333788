import { expect, test } from "vitest";
import { longestSteps } from "../../../src/application/longest-steps.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const host = { host: "web01.abc.example.com", environment: "abc-p1" };
const end = { result: "ok", words: null };

test("the step of a host that took longest is one of its change, not of the look at it for the plan", () => {
  const clock = fakeClock(noon);
  const steps = longestSteps(clock);
  const take = (step: string, milliseconds: number) => {
    const ended = steps.begin({ ...host, step });
    clock.pass(milliseconds);
    ended(end);
  };
  take("connect", 561);
  expect(steps.of(host.host)).toEqual({ step: "connect", ms: 561 });
  steps.changesBegin();
  expect(steps.of(host.host)).toBeUndefined();
  take("probe", 12);
  take("configure", 40);
  take("verify", 5);
  expect(steps.of(host.host)).toEqual({ step: "configure", ms: 40 });
});
