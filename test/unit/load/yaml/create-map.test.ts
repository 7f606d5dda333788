import fc from "fast-check";
import { expect, test } from "vitest";
import { createMap } from "../../../../src/load/yaml/create-map.ts";
import { createPositions } from "../../../../src/load/yaml/positions.ts";

test("offsets are in the order in which JavaScript lists the keys, whatever the order in the file", () => {
  const largest = 2 ** 32 - 2;
  const key = fc.oneof(
    fc.constantFrom(
      "0",
      "1",
      "9",
      "10",
      "01",
      "-1",
      "1.5",
      "2.25",
      "",
      "a",
      "B",
      "é",
      String(largest),
      String(largest + 1),
    ),
    fc.string({ maxLength: 3, unit: fc.constantFrom("0", "1", "2", "a", "-") }),
  );
  fc.assert(
    fc.property(fc.uniqueArray(key, { maxLength: 8 }), (keys) => {
      const positions = createPositions("file", "");
      const entries = keys.map((name, index) => ({
        key: name,
        value: index,
        keyOffset: 10 * index + 1,
        valueOffset: 10 * index + 2,
      }));
      const map = createMap(positions, 7, entries);
      const listed = Object.values(map).flatMap((index) => [10 * Number(index) + 1, 10 * Number(index) + 2]);
      expect(positions.offsets.get(map)).toEqual([7, ...listed]);
      expect(map).toEqual(Object.fromEntries(keys.map((name, index) => [name, index])));
    }),
    { numRuns: 500 },
  );
});
