import { expect, test } from "vitest";
import type { Client } from "../../../src/dynatrace/client.ts";
import { readLicenceHour } from "../../../src/dynatrace/licence-hour.ts";
import { parseAnswer } from "../../../src/dynatrace/parse-answer.ts";
import { noon } from "../../support/builders.ts";

const call = { method: "GET", path: "/api/cluster/v2/license/consumption/hour", status: 200, attempts: 1 };

/** A client that notes what it is asked, and is answered with this text. */
function clientOf(text: string) {
  const asked: unknown[] = [];
  const json: Client["json"] = async (request, shape) => {
    asked.push(request.query);
    return parseAnswer(text, shape, call);
  };
  return { asked, client: { json } as Pick<Client, "json"> as Client };
}

const usage = (...types: readonly number[]) => ({
  osiId: 1,
  agentUsages: types.map((agentTypeId) => ({ agentId: 2, agentTypeId })),
});

test("counts the hosts with an agent of their own in an hour that is told of", async () => {
  const environmentBillingEntries = [
    { environmentUuid: "ABC-p1", trial: false, hostUsages: [usage(1, 4), usage(4), usage(1)] },
    { environmentUuid: "abc-p2", hostUsages: null },
  ];
  // Wider than a number holds.
  const text = JSON.stringify({ environmentBillingEntries }).replace('"osiId":1', '"osiId":-8446744073709551615');
  const { client, asked } = clientOf(text);
  const hour = await readLicenceHour(client, noon.getTime() + 1_234);
  expect(hour?.hosts).toEqual(
    new Map([
      ["abc-p1", 2],
      ["abc-p2", 0],
    ]),
  );
  expect(asked).toEqual([{ startTs: String(noon.getTime() - 3 * 3_600_000) }]);
  expect(hour?.start).toBe(noon.getTime() - 3 * 3_600_000);
});

test("of another form is none", async () => {
  await expect(readLicenceHour(clientOf('{"environmentBillingEntries":{}}').client, 0)).rejects.toThrow(/unexpected/);
});
