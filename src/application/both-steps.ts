import type { BeginStep } from "../ports.ts";

/** Tells the one and the other of each step; undefined: there is only the other. */
export function bothSteps(one: BeginStep | undefined, other: BeginStep): BeginStep {
  if (one === undefined) return other;
  return (step) => {
    const ends = [one(step), other(step)];
    return (how) => {
      for (const end of ends) end(how);
    };
  };
}
