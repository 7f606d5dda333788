import { expect, test } from "vitest";
import { explainConnection } from "../../../src/ssh/connection-failure.ts";
import { resolveTarget } from "../../../src/ssh/target.ts";
import { aHost } from "../../support/builders.ts";
import { sshClientOf, sshConfigOf } from "../../support/ssh-settings.ts";

const target = resolveTarget(aHost({ name: "web01" }), sshClientOf(sshConfigOf("")));
const nothing = { places: [], authorities: [], omission: null };

test("a changed key names the lines that hold another one", () => {
  const shown = {
    verdict: "changed",
    places: ["/home/me/.ssh/known_hosts:7"],
    authorities: [],
    omission: null,
  } as const;
  expect(explainConnection(new Error("refused"), target, shown).message).toBe(
    "web01:22 shows another host key than known_hosts holds: make sure that it is the right machine, then correct /home/me/.ssh/known_hosts:7",
  );
  expect(explainConnection(new Error("refused"), target, { ...nothing, verdict: "changed" }).message).toMatch(
    /then correct known_hosts$/,
  );
});

test("an authority for certificates of hosts is named where no key is known", () => {
  const shown = { verdict: "unknown", places: [], authorities: ["known_hosts:3"], omission: null } as const;
  expect(explainConnection(new Error("refused"), target, shown).message).toMatch(
    /\(certificates of hosts, which known_hosts:3 is about, are not judged\)/,
  );
  expect(explainConnection(new Error("refused"), target, { ...nothing, verdict: "unknown" }).message).not.toMatch(
    /certificate/,
  );
});
