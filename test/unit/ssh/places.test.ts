import { getEventListeners } from "node:events";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createPlaces, type Place } from "../../../src/ssh/places.ts";

const { signal } = new AbortController();
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Places of which each who gets one is noted. */
function world() {
  const changes: number[] = [];
  const places = createPlaces(() => changes.push(places.working()));
  const got: string[] = [];
  const failures: unknown[] = [];
  const held = new Map<string, Place>();
  const ask = (name: string, most: number, kind = "", stop = signal) =>
    places.take({ most, kind, signal: stop }).then(
      (place) => {
        got.push(name);
        held.set(name, place);
      },
      (error: unknown) => void failures.push(error),
    );
  const place = (name: string): Place => {
    const found = held.get(name);
    if (!found) throw new Error(`${name} has no place`);
    return found;
  };
  return { places, got, failures, ask, place, changes };
}

test("no more are held than anybody allows, and everybody gets one in the order in which they came", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.constantFrom("release", "rest", "rest and resume"), { maxLength: 25 }),
      async (most, holders) => {
        const places = createPlaces(() => expect(places.held()).toBeLessThanOrEqual(most));
        const got: number[] = [];
        await Promise.all(
          holders.map(async (how, index) => {
            const place = await places.take({ most, kind: "", signal });
            got.push(index);
            await turn();
            if (how === "release") return place.release();
            // What is ended is gone a little later.
            place.rest(() => void turn().then(place.release));
            if (how === "rest and resume" && place.resume()) {
              await turn();
              place.release();
            }
          }),
        );
        expect(got).toEqual(holders.map((_how, index) => index));
        await turn();
        await turn();
        expect(places.working()).toBe(0);
      },
    ),
    { numRuns: 100 },
  );
});

test("what rests stays until somebody waits, and then what began to rest last goes first", async () => {
  const { places, ask, place, got } = world();
  const ended: string[] = [];
  await Promise.all([ask("a", 2), ask("b", 2)]);
  for (const name of ["a", "b"]) place(name).rest(() => void ended.push(name));
  expect([ended, places.held(), places.working()]).toEqual([[], 2, 0]);
  void ask("c", 2);
  await turn();
  expect([ended, got]).toEqual([["b"], ["a", "b"]]);
  expect(place("b").resume()).toBe(false);
  place("b").release();
  place("b").release();
  await turn();
  expect([got, places.held()]).toEqual([["a", "b", "c"], 2]);
  expect(place("a").resume()).toBe(true);
  expect(places.working()).toBe(2);
});

test("what begins to rest while somebody waits is ended at once", async () => {
  const { ask, place, got } = world();
  await ask("a", 1);
  void ask("b", 1);
  place("a").rest(place("a").release);
  await turn();
  expect(got).toEqual(["a", "b"]);
});

test("one who allows fewer than there are waits until it is so, and the others behind him", async () => {
  const { ask, place, got } = world();
  await Promise.all([ask("a", 3), ask("b", 3)]);
  void ask("alone", 1);
  void ask("c", 3);
  await turn();
  expect(got).toEqual(["a", "b"]);
  place("a").release();
  await turn();
  expect(got).toEqual(["a", "b"]);
  place("b").release();
  await turn();
  expect(got).toEqual(["a", "b", "alone", "c"]);
});

test("who is interrupted waits no more, and leaves no listener", async () => {
  const { ask, place, got, failures } = world();
  const controller = new AbortController();
  await ask("a", 1);
  const waiting = ask("b", 1, "", controller.signal);
  void ask("c", 1, "", controller.signal);
  const late = ask("late", 1, "", AbortSignal.abort());
  controller.abort();
  await Promise.all([waiting, late]);
  expect(failures).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ code: "interrupted" })));
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  void ask("d", 1);
  place("a").release();
  await turn();
  expect(got).toEqual(["a", "d"]);
});

test("those of one kind are told that it is of no use, and the others go on", async () => {
  const { places, ask, place, got, failures } = world();
  await ask("a", 1);
  void ask("b", 1, "x");
  void ask("c", 1, "y");
  void ask("d", 1, "x");
  places.refuse("x", "down");
  place("a").release();
  await turn();
  expect([failures, got]).toEqual([
    ["down", "down"],
    ["a", "c"],
  ]);
});

test("whoever begins or stops to work is told of", async () => {
  const { ask, place, changes } = world();
  await ask("a", 1);
  place("a").rest(() => undefined);
  place("a").resume();
  place("a").release();
  expect(changes).toEqual([1, 0, 1, 0]);
});
