import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allowable } from "../../../src/ssh/algorithms.ts";
import type { SshOptions } from "../../../src/ssh/config.ts";
import { parseJump } from "../../../src/ssh/jump-address.ts";
import { parseServices } from "../../../src/ssh/ports.ts";
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

/** Lists of algorithms, of which only those count that dtsync has. */
const lists = {
  kexalgorithms: "kex",
  ciphers: "cipher",
  macs: "hmac",
  hostkeyalgorithms: "serverHostKey",
  pubkeyacceptedalgorithms: "publicKey",
} as const;

const isList = (keyword: string): keyword is keyof typeof lists => keyword in lists;

/** All that dtsync reads, besides what decides on passes and blocks. */
const compared = [
  ...["hostname", "port", "user", "proxyjump", "proxycommand", "addressfamily", "bindaddress", "bindinterface"],
  ...["connecttimeout", "connectionattempts", "identityfile", "certificatefile", "identitiesonly", "identityagent"],
  ...["pubkeyauthentication", "requiredrsasize", "hostkeyalias", "hashknownhosts", "knownhostscommand"],
  ...["userknownhostsfile", "globalknownhostsfile", "revokedhostkeys", ...Object.keys(lists)],
] as const;

type Answer = Readonly<Record<string, string>>;

/** Left out of the usual ones, because it takes long; only where it is asked for it counts. */
const costly = "diffie-hellman-group-exchange-sha256";

/** A list in its order where a text gives that, else by the names: dtsync has an order of its own. */
function comparable(keyword: keyof typeof lists, names: readonly string[], { text }: Question): string {
  const known = allowable(lists[keyword], names);
  const counted = names.filter((name) => known.includes(name) && (name !== costly || text.includes(name)));
  const isOrdered = new RegExp(`^${keyword} [a-z]`, "im").test(text);
  return (isOrdered ? counted : [...counted].sort()).join(",");
}

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
  const answer = Object.fromEntries(
    compared.map((keyword) => {
      const value = of(keyword).join("\n");
      return [keyword, isList(keyword) ? comparable(keyword, value.split(","), question) : value];
    }),
  );
  const { identityfile = "", requiredrsasize } = answer;
  return {
    ...answer,
    identityfile: identityfile.startsWith("~/.ssh/id_rsa\n") ? "" : identityfile,
    // What is shown is what was said, and what counts is never less.
    requiredrsasize: String(Math.max(1_024, Number(requiredrsasize))),
  };
}

function ours(question: Question): Answer {
  const { host = "web", user = null } = question;
  const files = { read: (path: string) => readFileSync(path, "utf8"), list: (folder: string) => readdirSync(folder) };
  const config = readSshConfig({ file: write(question), home }, files);
  const options = config.lookup({ host, user, localUser });
  return answerOf(options, question);
}

const services = parseServices(readFileSync("/etc/services", "utf8"));
const client = (options: SshOptions) =>
  sshClientOf({ lookup: () => ({ ...options, proxy: null }) }, { services: (name) => services.get(name) });

/** As OpenSSH shows jump hosts: the last one in its parts, the others as they are written. */
function shownJumps(value: string): string {
  const jumps = value.split(",");
  const { user, host, port } = parseJump(jumps.pop() ?? "", (name) => services.get(name));
  const shownHost = /^[\d.]+$|:/.test(host) ? `[${host}]` : host;
  const last = `${user === null ? "" : `${user}@`}${shownHost}${port === null ? "" : `:${port}`}`;
  return [...jumps, last].join(",");
}

function authentication(options: SshOptions): string {
  const value = options.get("pubkeyauthentication") ?? "yes";
  try {
    resolveTarget(aHost({ name: "x" }), client(options));
    return /^(?:yes|true)$/i.test(value) ? "true" : value;
  } catch {
    return "false";
  }
}

function answerOf(options: SshOptions, question: Question): Answer {
  const { user = null } = question;
  const { proxy, hostName, identityFiles, certificateFiles } = options;
  const yes = (keyword: string) => (/^(?:yes|true)$/i.test(options.get(keyword) ?? "") ? "yes" : "no");
  const list = (keyword: string, otherwise: string) =>
    options
      .words(keyword)
      ?.map((path) => path.replace(/^~(?=\/)/, home))
      .join(" ") ?? otherwise;
  const get = (keyword: string) => (keyword === "pubkeyauthentication" ? undefined : options.get(keyword));
  const target = resolveTarget(aHost({ name: "x" }), client({ ...options, get }));
  const algorithms = Object.entries(lists).map(([keyword, kind]) => [
    keyword,
    comparable(keyword as keyof typeof lists, target.algorithms[kind], question),
  ]);
  return {
    ...Object.fromEntries(algorithms),
    hostname: hostName,
    port: String(target.port),
    user: user ?? options.get("user") ?? localUser,
    proxyjump: proxy?.kind === "jump" ? shownJumps(proxy.value) : "",
    proxycommand: proxy?.kind === "command" ? proxy.value : "",
    addressfamily: { 0: "any", 4: "inet", 6: "inet6" }[target.addressFamily],
    bindaddress: target.bindAddress ?? "",
    bindinterface: target.leftOut.BindInterface === undefined ? "" : (options.get("bindinterface") ?? ""),
    connectionattempts: String(target.connectionAttempts),
    pubkeyauthentication: authentication(options),
    requiredrsasize: String(target.requiredRsaSize),
    knownhostscommand:
      target.leftOut.KnownHostsCommand === undefined ? "" : (options.words("knownhostscommand")?.join(" ") ?? ""),
    revokedhostkeys: target.revokedHostKeys.map(({ path }) => path).join(" "),
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
  ...[
    ...["Port sunrpc", "Port ssh", "Port +22", "Port 022"],
    ...["ProxyJump user@corp.com@bastion", "ProxyJump ssh://u@b/", "ProxyJump ssh://u%40c@b:33", "ProxyJump b:ssh"],
    ...["ProxyJump ssh://u;x=y@b", "ProxyJump ssh://u+v@b_c:", "ProxyJump a:sunrpc,u@[::1]:sunrpc", "ProxyJump b:"],
    ...["ProxyJump %r@gw-%h:22", "ProxyJump u@[b]:022", "ProxyJump 10.0.0.1", "ProxyJump a@@b", "ProxyJump u:p@b"],
    ...["BindAddress 127.0.0.9", "BindInterface lo", "AddressFamily INET", "AddressFamily inet6", "AddressFamily any"],
    ...["ConnectionAttempts 3", "RequiredRSASize 512", "RequiredRSASize 3072", "KnownHostsCommand /bin/x %h"],
    ...["KnownHostsCommand none", "RevokedHostKeys ~/revoked", "RevokedHostKeys none", "RevokedHostKeys /x%u"],
    ...["PubkeyAuthentication NO", "PubkeyAuthentication host-bound", "PubkeyAuthentication unbound"],
    ...["DSAAuthentication no", "PubkeyAuthentication yes\nPubkeyAuthentication no", "IdentityFile2 ~/x"],
    ...["PubkeyAcceptedAlgorithms +ssh-rsa", "PubkeyAcceptedKeyTypes ssh-rsa,ssh-ed25519"],
    ...["PubkeyAcceptedKeyTypes -ssh-*\nPubkeyAcceptedAlgorithms ssh-rsa", "PubkeyAcceptedAlgorithms ^ssh-rsa"],
    ...["PubkeyAcceptedAlgorithms -sk-*,rsa-*", "PubkeyAcceptedAlgorithms +*", "PubkeyAcceptedAlgorithms +ssh-*"],
    ...["HostKeyAlgorithms rsa-sha2-256,ssh-ed25519", "HostKeyAlgorithms +ssh-rsa", "HostKeyAlgorithms +ssh-*"],
    ...["HostKeyAlgorithms -ecdsa-*", "KexAlgorithms diffie-hellman-group14-sha256,curve25519-sha256"],
    ...[
      "KexAlgorithms +diffie-hellman-group14-sha1",
      "KexAlgorithms -curve*,diffie-hellman-*",
      `KexAlgorithms ^${costly}`,
    ],
    ...[
      "Ciphers aes256-ctr,aes128-gcm@openssh.com",
      "Ciphers +aes128-cbc,3des-cbc",
      "Ciphers -*ctr",
      "Ciphers -chacha*",
    ],
    ...["MACs hmac-sha1,hmac-sha2-512", "MACs +hmac-md5", "MACs -*etm*", "MACs ^hmac-sha1-96"],
  ].map((text) => ({ text: `${text}\n` })),
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
