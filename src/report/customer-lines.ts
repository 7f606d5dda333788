import { count, type Paint } from "../lib/printable.ts";
import type { ChangeCounts, CustomerTable } from "./customer-counts.ts";

/** Fewer customers than this are seen at a glance without a table. */
const leastCustomers = 3;

const columns = [
  ["create", "create"],
  ["update", "update"],
  ["remove", "remove"],
  ["deploy", "deploy"],
  ["rights taken", "lostRights"],
] as const satisfies readonly (readonly [string, keyof ChangeCounts])[];

/** Rows of counts for each customer, with the names of the columns above; nothing for few customers. */
export function customerRows({ shown, others, common }: CustomerTable): readonly (readonly string[])[] {
  if (shown.length + (others?.customers ?? 0) < leastCustomers) return [];
  const all = [
    ...shown.map((counts) => ({ name: counts.customer, counts })),
    ...(others === null ? [] : [{ name: count(others.customers, "other customer"), counts: others }]),
    ...(common === null ? [] : [{ name: "for all customers", counts: common }]),
  ];
  const rights = all.some(({ counts }) => counts.lostRights > 0);
  const used = columns.filter(([, column]) => column !== "lostRights" || rights);
  return [
    ["customer", ...used.map(([title]) => title)],
    ...all.map(({ name, counts }) => [name, ...used.map(([, column]) => shownCount(counts[column]))]),
  ];
}

const shownCount = (number: number): string => (number === 0 ? "–" : String(number));

/** The same in columns. */
export function customerLines(table: CustomerTable, paint: Paint): readonly string[] {
  const rows = customerRows(table);
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(([name = ""]) => name.length));
  const lines = rows.map(([name = "", ...numbers]) =>
    [name.padEnd(width), ...numbers.map((text, column) => text.padStart(rows[0]?.[column + 1]?.length ?? 0))].join(
      "  ",
    ),
  );
  return [...lines.map((line, index) => `  ${index === 0 ? paint("dim", line) : line}`), ""];
}
