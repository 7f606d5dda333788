import { expect, test } from "vitest";
import { explainConnection, unansweredConnection } from "../../../src/ssh/connection-failure.ts";
import { field } from "../../../src/ssh/key-blob.ts";
import { resolveTarget } from "../../../src/ssh/target.ts";
import { aHost } from "../../support/builders.ts";
import { sshClientOf, sshConfigOf } from "../../support/ssh-settings.ts";

const target = resolveTarget(aHost({ name: "web01" }), sshClientOf(sshConfigOf("")));
const nothing = { places: [], revocations: [], authorities: [], omission: null, furtherMethods: [], beginning: "" };

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

test.each([
  [
    ["sntrup761x25519-sha512"],
    /\(no matching key exchange; it has sntrup761x25519-sha512\): dtsync has none of these$/,
  ],
  [["curve25519-sha256"], /: allow it by "KexAlgorithms \+curve25519-sha256" in ssh_config$/],
  [[], /\(no matching key exchange\): allow one that it has by KexAlgorithms in ssh_config$/],
])("of a server that has %j alone, the message has what it has and what to do", (lists, message) => {
  const packet = Buffer.concat([Buffer.from([0, 0, 1, 0, 4, 20]), Buffer.alloc(16), ...lists.map(field)]);
  const failed = {
    ...nothing,
    verdict: "trusted",
    beginning: `SSH-2.0-x\r\n${packet.toString("latin1")}`,
  } as const;
  expect(explainConnection(new Error("no matching key exchange"), target, failed).message).toMatch(message);
});

test("a BindInterface that is left out is named where a machine is not reached, unless it is behind another", () => {
  const refused = (text: string) => {
    const bound = resolveTarget(aHost({ name: "web01" }), sshClientOf(sshConfigOf(text)));
    const failed = { ...nothing, verdict: "trusted" } as const;
    return [
      explainConnection(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), bound, failed).message,
      unansweredConnection(bound).message,
    ];
  };
  for (const message of refused("BindInterface eth1\n")) {
    expect(message).toMatch(/^web01:22 .* \(BindInterface of ssh_config, config:1, is left out by dtsync\)$/);
  }
  for (const message of refused("Host web01\nBindInterface eth1\nProxyJump gate\n")) {
    expect(message).not.toMatch(/BindInterface/);
  }
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
