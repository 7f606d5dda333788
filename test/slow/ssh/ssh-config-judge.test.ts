import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SshOptions } from "../../../src/ssh/config.ts";
import { readSshConfig } from "../../../src/ssh/read-config.ts";
import { resolveTarget } from "../../../src/ssh/target.ts";
import { aHost } from "../../support/builders.ts";
import { sshClientOf } from "../../support/ssh-settings.ts";

/*
 * Law: what a configuration says of a host is what `ssh -G` says of it. Configurations that OpenSSH refuses as a whole are
 * left out: nobody uses one.
 */

const found = spawnSync("ssh", ["-V"]);
const reason = found.error ? "OpenSSH's client is missing" : null;
if (reason !== null && process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(reason);

const { username: localUser, homedir: home } = userInfo();
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-ssh-config-"));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Question {
  readonly text: string;
  readonly host?: string;
  /** As given to `ssh` with -l. */
  readonly user?: string;
  /** Other files by their path in the folder of the configuration, which stands for `DIR` in texts. */
  readonly files?: Readonly<Record<string, string>>;
}

const compared = [
  ...["hostname", "port", "user", "proxyjump", "proxycommand", "identityfile", "certificatefile", "identitiesonly"],
  ...[
    "identityagent",
    "hostkeyalias",
    "hashknownhosts",
    "userknownhostsfile",
    "globalknownhostsfile",
    "connecttimeout",
  ],
] as const;

type Answer = Readonly<Record<(typeof compared)[number], string>>;

function write({ text, files = {} }: Question): string {
  const path = join(directory, "config");
  const filled = (content: string) => content.replaceAll("DIR", directory);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), filled(content));
  }
  writeFileSync(path, filled(text));
  return path;
}

/** What OpenSSH says; null: it refuses the configuration. */
function judged(question: Question): Answer | null {
  const { host = "web", user } = question;
  const named = user === undefined ? [] : ["-l", user];
  const { status, stdout } = spawnSync("ssh", ["-G", "-F", write(question), ...named, "--", host], {
    encoding: "utf8",
  });
  if (status !== 0) return null;
  const lines = stdout.split("\n").map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]);
  const of = (keyword: string) => lines.filter(([name]) => name === keyword).map(([, value = ""]) => value);
  const answer = Object.fromEntries(compared.map((keyword) => [keyword, of(keyword).join("\n")])) as Answer;
  const isDefault = answer.identityfile.startsWith("~/.ssh/id_rsa\n");
  return { ...answer, identityfile: isDefault ? "" : answer.identityfile };
}

function ours(question: Question): Answer {
  const { host = "web", user = null } = question;
  const files = { read: (path: string) => readFileSync(path, "utf8"), list: (folder: string) => readdirSync(folder) };
  const config = readSshConfig({ file: write(question), home }, files);
  const options = config.lookup({ host, user, localUser });
  return answerOf(options, user);
}

function answerOf(options: SshOptions, user: string | null): Answer {
  const { proxy, hostName, identityFiles, certificateFiles } = options;
  const yes = (keyword: string) => (/^(?:yes|true)$/i.test(options.get(keyword) ?? "") ? "yes" : "no");
  const list = (keyword: string, otherwise: string) =>
    options
      .words(keyword)
      ?.map((path) => path.replace(/^~(?=\/)/, home))
      .join(" ") ?? otherwise;
  const target = resolveTarget(aHost({ name: "x" }), sshClientOf({ lookup: () => ({ ...options, proxy: null }) }));
  return {
    hostname: hostName,
    port: String(target.port),
    user: user ?? options.get("user") ?? localUser,
    proxyjump: proxy?.kind === "jump" ? proxy.value : "",
    proxycommand: proxy?.kind === "command" ? proxy.value : "",
    identityfile: identityFiles.join("\n"),
    certificatefile: certificateFiles.join("\n"),
    identitiesonly: yes("identitiesonly"),
    identityagent: options.get("identityagent") ?? "",
    hostkeyalias: options.get("hostkeyalias") ?? "",
    hashknownhosts: yes("hashknownhosts"),
    userknownhostsfile: list("userknownhostsfile", `${home}/.ssh/known_hosts ${home}/.ssh/known_hosts2`),
    globalknownhostsfile: list("globalknownhostsfile", "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"),
    connecttimeout: target.connectTimeout === 10_000 ? "none" : String(target.connectTimeout / 1_000),
  };
}

const questions: readonly Question[] = [
  { text: "" },
  { text: "Port 2200 # a comment\nUser deploy#x\n" },
  { text: 'HostName "ho#st" # "\n' },
  { text: "User 'a b' # c\n" },
  { text: 'User "a\\"b"\nHostName w\\x\nHostKeyAlias a\\\\b\\ c\n' },
  { text: 'User="deploy"\nPort=22 \nHostName==x\n' },
  { text: "user = deploy\n\tPORT\t2200\t\n" },
  { text: '"Port" 2200\r\nUser x\r\n' },
  { text: 'UserKnownHostsFile "/a b" ~/c # d\nGlobalKnownHostsFile none\n' },
  { text: 'IdentityFile "~/x y"\nIdentityFile none\nIdentityFile "~/x y"\nCertificateFile a\nCertificateFile b\n' },
  { text: "Host web\n  Port 1\nHost *\n  Port 2\n  User u\n" },
  { text: "Host WEB\nPort 1\n" },
  { text: "Host WEB\nPort 1\n", host: "WEB" },
  { text: "Host w?b !web\nPort 1\nHost w*\nPort 2\n" },
  { text: "Host !db\nPort 1\nHost !db *\nPort 2\n" },
  { text: "Host a,web\nPort 1\nHost a web\nPort 2\n" },
  { text: 'Host "a b" "web"\nPort 3\n' },
  { text: "Host=web\nPort 3\n" },
  { text: "Host ::1\nPort 3\n", host: "::1" },
  { text: "HostName WEB.Example.COM\n" },
  { text: "HostName FE80::1\n" },
  { text: "HostName %h.example.com\nMatch host *.example.com\nPort 1\n" },
  { text: "HostName 100%%.example.com\n" },
  { text: "HostName first\nHostName second\n" },
  { text: "Match all\nPort 1\n" },
  { text: "Match !all\nPort 1\n" },
  { text: "Match host web,db\nPort 1\n" },
  { text: "Match host WEB\nPort 1\n" },
  { text: "Match host=web user=root\nPort 1\n" },
  { text: "Match host = web\nPort 1\n" },
  { text: "Match !host web\nPort 1\nMatch !host db\nPort 2\n" },
  { text: "Match host web,!w*\nPort 1\n" },
  { text: 'Match host "web , db"\nPort 1\n' },
  { text: "Match host web # comment\nPort 1\n" },
  { text: "HostName db\nMatch originalhost web host db\nPort 1\nMatch host web\nUser x\n" },
  { text: "Match host db\nPort 1\nMatch all\nHostName db\n" },
  { text: `Match localuser ${localUser},!x\nPort 1\n` },
  { text: "Match localuser nobody-here\nPort 1\n" },
  { text: "Match user deploy\nPort 1\n" },
  { text: "Match user deploy\nPort 1\n", user: "deploy" },
  { text: "User deploy\nMatch user deploy\nPort 1\n" },
  { text: "Match user deploy\nPort 1\nMatch all\nUser deploy\n" },
  { text: "User DEPLOY\nMatch user deploy\nPort 1\n" },
  { text: "User x\n", user: "y" },
  { text: "Match final\nPort 1\nMatch all\nPort 2\n" },
  { text: "Match !final\nPort 1\nMatch final\nPort 2\n" },
  { text: "Match final host web.x\nPort 1\nMatch all\nHostName %h.x\nIdentityFile ~/a\n" },
  { text: "Match final all\nPort 1\n" },
  { text: "Match user deploy final\nPort 1\nMatch all\nUser deploy\n" },
  { text: "Match canonical\nPort 1\n" },
  { text: "CanonicalizeHostname yes\nMatch canonical\nPort 1\n" },
  { text: "CanonicalizeHostname no\nMatch canonical\nPort 1\n" },
  { text: "Match exec false\nPort 1\nHost web\nUser x\n" },
  { text: "Match host db exec true\nPort 1\n" },
  { text: "ProxyJump b # comment\n" },
  { text: "ProxyJump a,u@b:33\n" },
  { text: "ProxyJump b\nProxyCommand none\n" },
  { text: "ProxyCommand none\nProxyJump b\n" },
  { text: "ProxyJump none\nProxyCommand nc %h %p\n" },
  { text: "ProxyJump none\nProxyCommand none\nProxyJump b\n" },
  { text: "ProxyJump none\nProxyCommand x\nProxyJump b\n" },
  { text: "ProxyCommand nc %h # c\nProxyJump b\n" },
  { text: "HostName db\nHost db\nPort 1\nMatch final\nUser x\n" },
  { text: "HostName db\nMatch final originalhost web\nPort 1\n" },
  { text: "ProxyJump NONE\nProxyJump b\n" },
  { text: "ConnectTimeout 5\n" },
  { text: "ConnectTimeout 1m30s\n" },
  { text: "ConnectTimeout none\n" },
  { text: "ConnectTimeout none\nConnectTimeout 90\n" },
  { text: "ConnectTimeout 5\nConnectTimeout none\n" },
  { text: "IdentitiesOnly TRUE\nHashKnownHosts yes\n" },
  { text: "IdentityAgent none\nIdentityAgent SSH_AUTH_SOCK\n" },
  { text: "Include DIR/a\nPort 2\n", files: { a: "Host other\nPort 9\nHost web\nUser a\n" } },
  { text: "Host web\nInclude DIR/a\nPort 2\n", files: { a: "Host other\nPort 9\nHost web\nUser a\n" } },
  { text: "Host other\nInclude DIR/a\n", files: { a: "Host web\nPort 9\n" } },
  { text: "Match host other\nInclude DIR/a\nMatch all\nUser x\n", files: { a: "Port 9\nMatch final\nUser y\n" } },
  {
    text: "Include DIR/c/*.conf\n",
    files: { "c/b.conf": "Port 2\nUser b\n", "c/a.conf": "Port 1\n", "c/.c.conf": "HostName no\n" },
  },
  { text: "Include DIR/d/*/x\n", files: { "d/2/x": "Port 2\n", "d/1/x": "Port 1\n" } },
  { text: "Include DIR/a DIR/b\nUser last\n", files: { a: "Port 1\n", b: "Port 2\nHostName b\n" } },
  { text: "Include DIR/nothing\nUser x\n" },
];

describe.skipIf(reason !== null)(
  `ssh_config as ssh -G reads it${reason === null ? "" : ` (skipped: ${reason})`}`,
  () => {
    test.each(questions.map((question) => [JSON.stringify(question), question] as const))("%s", (_text, question) => {
      const answer = judged(question);
      expect(answer).not.toBeNull();
      expect(ours(question)).toEqual(answer);
    });

    const word = fc.constantFrom("web", "db", "w*", "!db", "*", "?eb", "WEB", "web.x");
    const list = fc.array(word, { minLength: 1, maxLength: 3 });
    const criterion = fc.oneof(
      fc
        .tuple(fc.constantFrom("host", "!host", "originalhost", "user", "!localuser"), list)
        .map(([name, patterns]) => `${name} ${patterns.join(",")}`),
      fc.constantFrom("final", "!final", "canonical"),
    );
    const line = fc.oneof(
      { weight: 2, arbitrary: list.map((patterns) => `Host ${patterns.join(" ")}`) },
      {
        weight: 2,
        arbitrary: fc.array(criterion, { minLength: 1, maxLength: 2 }).map((all) => `Match ${all.join(" ")}`),
      },
      {
        weight: 5,
        arbitrary: fc.constantFrom(
          ...[
            "Port 1",
            "Port=2 # x",
            "User web",
            "User db",
            "HostName db",
            "HostName %h.x",
            "ProxyJump a",
            "ProxyJump none",
          ],
          ...["ProxyCommand none", "ProxyCommand c", "IdentityFile ~/a", 'IdentityFile "b c"', "IdentitiesOnly yes"],
          ...["CanonicalizeHostname yes", "Include DIR/part", "Match all", "HostKeyAlias 'a b'"],
        ),
      },
    );
    const lines = fc.array(line, { maxLength: 8 }).map((all) => `${all.join("\n")}\n`);

    test("generated configurations", () => {
      fc.assert(
        fc.property(lines, lines, fc.constantFrom("web", "db", "WEB"), (text, part, host) => {
          const question = { text, host, files: { part: part.replaceAll("Include DIR/part\n", "") } };
          const answer = judged(question);
          fc.pre(answer !== null);
          expect(ours(question)).toEqual(answer);
        }),
        { numRuns: 150 },
      );
    });
  },
);
