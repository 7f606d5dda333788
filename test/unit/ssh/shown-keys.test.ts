import { expect, test } from "vitest";
import { HostError } from "../../../src/ssh/host-error.ts";
import type { HostKeys, JudgeHostKey } from "../../../src/ssh/host-keys.ts";
import { createShownKeys } from "../../../src/ssh/shown-keys.ts";
import { resolveTarget, type SshTarget } from "../../../src/ssh/target.ts";
import { sshClientOf, sshConfigOf } from "../../support/ssh-settings.ts";

const settings = sshClientOf(sshConfigOf(""));
const targetOf = (name: string, hostKeys: SshTarget["hostKeys"] = "strict") =>
  resolveTarget({ name, address: null, ssh: { hostKeys } }, settings);

/** Host keys that are judged by the name of the target, and what was asked and taken. */
function world(verdicts: Readonly<Record<string, ReturnType<JudgeHostKey["judge"]>>>) {
  const taken: string[] = [];
  const judged: string[] = [];
  const hostKeys: HostKeys = {
    async of({ hostName }) {
      return {
        judge(key) {
          judged.push(`${hostName} ${key}`);
          return verdicts[hostName] ?? "unknown";
        },
        revocations: () => [],
        keyTypes: [],
        places: [],
        authorities: [],
      };
    },
    async take({ hostName }, key) {
      if (hostName === "unwritable") throw new HostError("host-key-unknown", "it cannot be written");
      taken.push(`${hostName} ${key}`);
    },
  };
  const shown = createShownKeys(hostKeys);
  /** As a connection does when the machine shows its key. */
  const show = async (target: SshTarget) => (await shown.hostKeys.of(target)).judge("KEY");
  return { shown, show, taken, judged };
}

test("a key that a target knows from its files is judged once for it", async () => {
  const { shown, show, judged, taken } = world({ gate: "trusted", bastion: "trusted" });
  const [opened, other] = [targetOf("gate"), targetOf("bastion")];
  expect(await show(opened)).toBe("trusted");
  for (let time = 0; time < 3; time += 1) {
    await shown.confirm(opened, opened);
    await shown.confirm(opened, other);
  }
  expect([judged, taken]).toEqual([["gate KEY", "bastion KEY"], []]);
});

test("a key that was taken is taken again each time, so that it is written as soon as it may be", async () => {
  const { shown, show, taken } = world({ taken: "taken" });
  for (const name of ["taken", "new"]) {
    const opened = targetOf(name, "accept-new");
    await show(opened);
    await shown.confirm(opened, opened);
    await shown.confirm(opened, opened);
  }
  expect(taken).toEqual(["taken KEY", "taken KEY", "new KEY", "new KEY"]);
  const unwritable = targetOf("unwritable", "accept-new");
  await show(unwritable);
  await expect(shown.confirm(unwritable, unwritable)).rejects.toMatchObject({ code: "host-key-unknown" });
});

test.each([
  ["unknown", "host-key-unknown"],
  ["changed", "host-key-changed"],
  ["revoked", "host-key-revoked"],
] as const)("a key that is %s for another target is not trusted for it", async (verdict, code) => {
  const { shown, show, taken } = world({ gate: "trusted", bastion: verdict });
  const opened = targetOf("gate", "accept-new");
  await show(opened);
  await expect(shown.confirm(opened, targetOf("bastion"))).rejects.toMatchObject({ code });
  await shown.confirm(opened, opened);
  expect(taken).toEqual([]);
});
