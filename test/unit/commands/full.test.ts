import { afterAll, beforeAll, expect, test } from "vitest";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";

const customers = ["c10", "c11", "c12", "c13", "c14", "c15", "c16"];
let world: CommandWorld;

beforeAll(async () => {
  const settings = `version: 1
clusters: { emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } } }
defaults: { cluster: emea }
`;
  const files = customers.map((customer) => [
    `customers/${customer}.yaml`,
    `customer: ${customer}\nenvironments: { p1: { hosts: [] } }\n`,
  ]);
  world = await startCommandWorld({ "dtsync.yaml": settings, ...Object.fromEntries(files) }, {});
});
afterAll(() => world.close());

/** What a command writes to standard output as text. */
async function textOf(...parameters: readonly string[]): Promise<string> {
  let text = "";
  const out = (part: string) => {
    text += part;
  };
  const { code } = await world.run([...parameters, "--format", "text"], { output: { out, err: () => undefined } });
  expect(code).toBe(0);
  return text;
}

test("--full shows each change of a plan by itself, also before an apply", async () => {
  const folded = await textOf("plan");
  expect(folded).toContain("+ create 7 environments");
  expect(folded).not.toContain("create environment");
  for (const text of [await textOf("plan", "--full"), await textOf("apply", "--auto-approve", "--full")]) {
    for (const customer of customers) expect(text).toContain(`+ create environment ${customer}-p1 on emea  customers/`);
  }
});
