import fc from "fast-check";
import { expect } from "vitest";
import { DtsyncError } from "../../src/errors.ts";
import type { SshConfig } from "../../src/ssh/config.ts";
import { HostError } from "../../src/ssh/host-error.ts";
import { readSshConfig } from "../../src/ssh/read-config.ts";
import { resolveTarget } from "../../src/ssh/target.ts";
import { aHost } from "../support/builders.ts";
import { sshClientOf } from "../support/ssh-settings.ts";
import { damaged, damageToText } from "./damage.ts";
import { expectMeantWords, fuzz } from "./fuzz.ts";

/*
 * Law: no file ends a run otherwise than by a DtsyncError, and none makes a target that cannot be: a port that there is
 * not, a wait without end, more jump hosts than are allowed, or a file in a path with NUL.
 */

const files: Readonly<Record<string, string>> = {
  "/home/me/.ssh/config": `# general
Include config.d/*.conf
Include ~/other "quoted name"
IdentityFile ~/.ssh/id_%h
ConnectTimeout=5

Host web01 *.example.com !db*.example.com
  HostName %h.internal
  User "deploy"
  Port 2222
  ProxyJump bastion,ops@[fe80::1]:2022
  UserKnownHostsFile ~/.ssh/one ~/.ssh/%u
Match exec "touch /tmp/x"
  User nobody
Match all
  HostKeyAlias %h
  HashKnownHosts yes
  IdentityAgent SSH_AUTH_SOCK
`,
  "/home/me/.ssh/config.d/fleet.conf": `Host web02\n  ProxyCommand nc %h %p\nInclude config\n`,
  "/home/me/other": "Host web03\n  IdentitiesOnly yes\n  ProxyJump none\n",
  "/home/me/.ssh/quoted name": "Host *\n  GlobalKnownHostsFile none\n",
};
const paths = Object.keys(files);

const damagedFile = fc.record({
  file: fc.nat({ max: paths.length - 1 }),
  damages: fc.array(damageToText, { minLength: 1, maxLength: 3 }),
});

function readable(texts: ReadonlyMap<string, string>): SshConfig | null {
  const list = (folder: string) =>
    [...texts.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
  try {
    return readSshConfig({ file: null, home: "/home/me" }, { read: (path) => texts.get(path) ?? null, list });
  } catch (error) {
    expect(error).toBeInstanceOf(DtsyncError);
    return null;
  }
}

fuzz("ssh_config files", damagedFile, ({ file, damages }) => {
  const texts = new Map(Object.entries(files));
  const path = paths[file] ?? "";
  const bytes = damages.reduce(damaged, new TextEncoder().encode(texts.get(path)));
  texts.set(path, new TextDecoder().decode(bytes));
  const config = readable(texts);
  if (config === null) return;
  for (const name of ["web01", "web02.example.com", "db01.example.com", "web03", "constructor", "__proto__"]) {
    try {
      const target = resolveTarget(aHost({ name }), sshClientOf(config));
      expect(Number.isInteger(target.port) && target.port >= 1 && target.port <= 65_535).toBe(true);
      expect(target.connectTimeout).toBeGreaterThan(0);
      expect(target.connectTimeout).toBeLessThan(Number.POSITIVE_INFINITY);
      expect(target.jumps.length).toBeLessThanOrEqual(8);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      expectMeantWords(error.message);
    }
  }
});
