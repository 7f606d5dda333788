import { expect, test } from "vitest";
import { createClient } from "../../../src/dynatrace/client.ts";
import { readEnvironment, readGroup } from "../../../src/dynatrace/cluster-api.ts";
import { createLimiter } from "../../../src/lib/limiter.ts";
import { aClusterWorld } from "../../support/cluster-world.ts";
import { silentLog } from "../../support/log.ts";

const unlimited = { quotas: false, storage: false };

/** A client to which every request for the one is answered with the other. */
function confusedClient(asked: string, answered: string) {
  const { cluster, clock } = aClusterWorld({
    seed: { environments: [{ id: "abc-p1" }, { id: "abc-t1" }], groups: [{ name: "noc" }, { name: "auditors" }] },
  });
  return createClient({
    name: "emea",
    log: silentLog,
    url: "https://dynatrace.example.com",
    token: cluster.clusterToken,
    fetch: (url, request) => cluster.fetch(url.replace(asked, answered), request),
    clock,
    random: () => 0,
    throttle: createLimiter(8),
  });
}

test("an answer about another environment or group than was asked for is none", async () => {
  const unexpected = expect.objectContaining({
    details: expect.objectContaining({ code: "unexpected-answer" }),
    message: expect.stringContaining("id is another one than was asked for"),
  });
  await expect(readEnvironment(confusedClient("abc-p1", "abc-t1"), "abc-p1", unlimited)).rejects.toThrow(unexpected);
  await expect(readGroup(confusedClient("noc", "auditors"), "noc")).rejects.toThrow(unexpected);
});

test("an id in another case is the same", async () => {
  const client = confusedClient("ABC-P1", "abc-p1");
  expect(await readEnvironment(client, "ABC-P1", unlimited)).toMatchObject({ id: "abc-p1" });
});
