import { expect, test } from "vitest";
import { explainConnection } from "../../../src/ssh/connection-failure.ts";
import { resolveTarget } from "../../../src/ssh/target.ts";
import { aHost } from "../../support/builders.ts";
import { sshClientOf, sshConfigOf } from "../../support/ssh-settings.ts";

const target = resolveTarget(aHost({ name: "web01" }), sshClientOf(sshConfigOf("")));
const nothing = { places: [], revocations: [], authorities: [], omission: null };

test("a changed key names the lines that hold another one", () => {
  const shown = { ...nothing, verdict: "changed", places: ["/home/me/.ssh/known_hosts:7"] } as const;
  expect(explainConnection(new Error("refused"), target, shown).message).toBe(
    "web01:22 shows another host key than known_hosts holds: make sure that it is the right machine, then correct /home/me/.ssh/known_hosts:7",
  );
  expect(explainConnection(new Error("refused"), target, { ...nothing, verdict: "changed" }).message).toMatch(
    /then correct known_hosts$/,
  );
});

test("a revoked key names what revokes it, and not the lines that hold keys", () => {
  const shown = { ...nothing, verdict: "revoked", places: ["known_hosts:1"], revocations: ["known_hosts:2"] } as const;
  expect(explainConnection(new Error("refused"), target, shown)).toMatchObject({
    code: "host-key-revoked",
    message: expect.stringMatching(/^web01:22 shows a host key that is revoked \(known_hosts:2\): .* new host key/),
  });
});

test("an authority for certificates of hosts is named where no key is known", () => {
  const shown = { ...nothing, verdict: "unknown", authorities: ["known_hosts:3"] } as const;
  expect(explainConnection(new Error("refused"), target, shown).message).toMatch(
    /\(certificates of hosts, which known_hosts:3 is about, are not judged\)/,
  );
  expect(explainConnection(new Error("refused"), target, { ...nothing, verdict: "unknown" }).message).not.toMatch(
    /certificate/,
  );
});
