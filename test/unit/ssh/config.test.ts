import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { parseJump as parseJumpWith } from "../../../src/ssh/jump-address.ts";
import { resolveTarget } from "../../../src/ssh/target.ts";
import { askedOf, sshClientOf, sshConfigOf } from "../../support/ssh-settings.ts";

const parse = sshConfigOf;
const parseJump = (text: string) => parseJumpWith(text, (name) => (name === "sunrpc" ? 111 : undefined));

test("the first value wins, wildcards apply in order, identity files add up", () => {
  const config = parse(`
Host web01.example.com
  Port 2201
  IdentityFile ~/first
Host *.example.com !db01.example.com
  User deploy
  Port 22
  IdentityFile ~/second
Host *
  User nobody
`);
  const web = config.lookup(askedOf("web01.example.com"));
  expect([web.get("port"), web.get("user"), web.identityFiles]).toEqual(["2201", "deploy", ["~/first", "~/second"]]);
  expect(config.lookup(askedOf("db01.example.com")).get("user")).toBe("nobody");
});

test("keywords have any case, `=` may separate, values may be quoted, comments are passed over", () => {
  const config = parse(`# comment\nHOST "a b" web\n  HostName=127.0.0.1\n  UserKnownHostsFile "/tmp/known hosts"\n`);
  expect(config.lookup(askedOf("web")).get("hostname")).toBe("127.0.0.1");
  expect(config.lookup(askedOf("web")).get("userknownhostsfile")).toBe("/tmp/known hosts");
});

test("Include is followed inside its block; Match runs nothing, but `Match all` applies", () => {
  const config = parse(
    'Host web\n  Include extra\nMatch exec "touch /tmp/never"\n  User evil\nMatch all\n  Port 2222\n',
    {
      extra: "User included\n",
    },
  );
  expect(config.lookup(askedOf("web")).get("user")).toBe("included");
  expect(config.lookup(askedOf("other")).get("user")).toBeUndefined();
  expect(config.lookup(askedOf("other")).get("port")).toBe("2222");
});

test("what stands before the first Host applies to all, and a block ends where the next begins", () => {
  const config = parse("Port 2200\nHost web\n  User deploy\nHost db\n  User oracle\nMatch exec true\n  User evil\n");
  expect(
    ["web", "db", "other"]
      .map((name) => config.lookup(askedOf(name)))
      .map((found) => [found.get("port"), found.get("user")]),
  ).toEqual([
    ["2200", "deploy"],
    ["2200", "oracle"],
    ["2200", undefined],
  ]);
});

test("a Host after a Match counts again", () => {
  expect(parse("Match exec true\n  User evil\nHost web\n  User deploy\n").lookup(askedOf("web")).get("user")).toBe(
    "deploy",
  );
});

test("what stands before an Include comes before what it includes, and what stands after it comes after", () => {
  const include = { extra: "User included\nPort 2201\nCompression yes\n" };
  const web = parse("Host web\n  User first\n  Include extra\n  Port 2202\n", include).lookup(askedOf("web"));
  expect([web.get("user"), web.get("port")]).toEqual(["first", "2201"]);
  expect(parse("Match exec true\n  Include extra\n", include).lookup(askedOf("web")).get("user")).toBeUndefined();
});

test("an Include of itself ends", () => {
  const text = "Include loop\nUser last\n";
  expect(parse(text, { loop: text }).lookup(askedOf("web")).get("user")).toBe("last");
});

const settings = (text: string) => sshClientOf(parse(text), { variables: { SSH_AUTH_SOCK: "/run/agent" } });

const host = { name: "web01.example.com", address: null, ssh: { hostKeys: "strict" as const } };

test("the inventory's settings come before ssh_config's, and these before OpenSSH's defaults", () => {
  const text =
    "Host web01.example.com\n  HostName 127.0.0.9\n  Port 2200\n  User deploy\n  ConnectTimeout 3\n  ProxyJump a,b:2222\n";
  expect(resolveTarget(host, settings(text))).toMatchObject({
    hostName: "127.0.0.9",
    port: 2200,
    user: "deploy",
    connectTimeout: 3_000,
    jumps: [{ host: "a" }, { host: "b", port: 2222 }],
  });
  const declared = { ...host, ssh: { ...host.ssh, port: 22, user: "root", jump: [], identityFile: "/keys/id" } };
  expect(resolveTarget(declared, settings(text))).toMatchObject({
    port: 22,
    user: "root",
    jumps: [],
    identityFiles: ["/keys/id"],
    otherKeys: false,
  });
  expect(resolveTarget(host, settings(""))).toMatchObject({
    hostName: "web01.example.com",
    port: 22,
    user: "me",
    agentSocket: "/run/agent",
    identityFiles: ["/home/me/.ssh/id_ed25519", "/home/me/.ssh/id_ecdsa", "/home/me/.ssh/id_rsa"],
  });
});

test("a declared address is what ssh_config is asked for", () => {
  const text = "Host 10.1.2.3\n  HostName 127.0.0.7\n  UserKnownHostsFile ~/known\n";
  expect(resolveTarget({ ...host, address: "10.1.2.3" }, settings(text))).toMatchObject({
    hostName: "127.0.0.7",
    knownHostsFiles: ["/home/me/known", "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
    knownAs: [
      { name: "127.0.0.7", port: 22 },
      { name: "10.1.2.3", port: 22 },
      { name: "web01.example.com", port: 22 },
    ],
  });
});

test("a ProxyCommand is not run", () => {
  expect(() => resolveTarget(host, settings("Host *\n  ProxyCommand nc %h %p\n"))).toThrow(/ProxyJump/);
});

test("the first jump host of a way is reached by the way that ssh_config gives for it", () => {
  const text =
    "Host web01.example.com\n  ProxyJump inner,last\nHost inner\n  ProxyJump ops@outer:2222\nHost last\n  ProxyJump never\n";
  expect(resolveTarget(host, settings(text)).jumps.map(({ host: jump }) => jump)).toEqual(["outer", "inner", "last"]);
  const declared = { ...host, ssh: { ...host.ssh, jump: ["inner"] } };
  expect(resolveTarget(declared, settings(text)).jumps.map(({ host: jump }) => jump)).toEqual(["outer", "inner"]);
  expect(resolveTarget({ ...host, ssh: { ...host.ssh, jump: [] } }, settings(text)).jumps).toEqual([]);
});

test("jump hosts that lead in a circle are refused", () => {
  const ring = "Host web01.example.com\n  ProxyJump a\nHost a\n  ProxyJump b\nHost b\n  ProxyJump a\n";
  expect(() => resolveTarget(host, settings(ring))).toThrow("web01.example.com → a → b → a");
  const own = { ...host, address: "gate", ssh: { ...host.ssh, jump: ["gate:2222"] } };
  expect(resolveTarget(own, settings("")).jumps).toHaveLength(1);
  expect(() => resolveTarget(host, settings("Host *\n  ProxyJump bastion\n"))).toThrow("bastion → bastion");
});

test("a ProxyCommand of the first jump host is not run either, and its place is said", () => {
  const text = "Host web01.example.com\n  ProxyJump a\nHost a\n  ProxyCommand nc %h\n";
  expect(() => resolveTarget(host, settings(text))).toThrow(
    "jump host a: ssh_config sets ProxyCommand for it (config:4)",
  );
  const declared = { ...host, ssh: { ...host.ssh, jump: [] } };
  expect(resolveTarget(declared, settings("ProxyCommand nc %h\n")).jumps).toEqual([]);
});

test("a Match line that is left out is named for the hosts that it concerns", () => {
  const config = parse("Match originalhost web exec true\nPort 1\nMatch tagged x\nPort 2\nHost db\nMatch exec true\n");
  expect(config.lookup(askedOf("web")).leftOut).toEqual(["config:1", "config:3", "config:6"]);
  expect(config.lookup(askedOf("other")).leftOut).toEqual(["config:3", "config:6"]);
  expect(config.lookup(askedOf("web")).get("port")).toBeUndefined();
});

test("tokens and variables in paths stand for what OpenSSH puts there, and others are refused", () => {
  const text = `Host web01.example.com
  HostName web.internal
  Port 2200
  User deploy
  HostKeyAlias alias
  IdentityFile ~/%d/%h/%i/%k/%L/%l/%n/%p/%r/%u/%%/\${KEYS}
  IdentityAgent $OTHER_AGENT
`;
  const client = sshClientOf(parse(text), { variables: { KEYS: "keys", OTHER_AGENT: "/run/other" } });
  expect(resolveTarget(host, client)).toMatchObject({
    identityFiles: [
      "/home/me//home/me/web.internal/1000/alias/desk/desk.example.com/web01.example.com/2200/deploy/me/%/keys",
    ],
    agentSocket: "/run/other",
  });
  for (const path of ["%T", ["$", "{MISSING}"].join("")]) {
    expect(() => resolveTarget(host, settings(`IdentityFile ~/${path}\n`))).toThrow(/stands for nothing here/);
  }
});

test("%C is the hash of OpenSSH, from version 9.6 on with the jump host", () => {
  const hash = (text: string) => createHash("sha1").update(text).digest("hex");
  const text = "Host web01.example.com\nHostName db.internal\nPort 2200\nUser deploy\nIdentityFile ~/%C\n";
  const usual = `/home/me/${hash("desk.example.comdb.internal2200deploy")}`;
  expect(resolveTarget(host, settings(text)).identityFiles).toEqual([usual]);
  expect(resolveTarget(host, settings(`${text}ProxyJump a,u@gate:22\n`)).identityFiles).toEqual([
    usual,
    `/home/me/${hash("desk.example.comdb.internal2200deploygate")}`,
  ]);
});

test("jump hosts may have a user, a port and an IPv6 address", () => {
  expect(parseJump("bastion.example.com")).toEqual({ user: null, host: "bastion.example.com", port: null });
  expect(parseJump("ops@[2001:db8::1]:2222")).toEqual({ user: "ops", host: "2001:db8::1", port: 2222 });
  expect(parseJump("user@corp.com@bastion:sunrpc")).toEqual({ user: "user@corp.com", host: "bastion", port: 111 });
  expect(parseJump("ssh://u%40corp.com;x=y@bastion:2222/")).toEqual({
    user: "u@corp.com",
    host: "bastion",
    port: 2222,
  });
  for (const text of ["a:b:c", "@b", "u@", "ssh://b/path", "ssh://u%zz@b", "ssh://a@b@c", "::1", ""]) {
    expect(() => parseJump(text)).toThrow(/form/);
  }
  expect(() => parseJump("b:no-service")).toThrow(/\/etc\/services/);
});

// Each of these kept a regular expression, or the copying of lists, busy without end.
test.each([
  ["a pattern of many stars", `Host ${"*a".repeat(100)}b\n  User wrong\n`],
  ["white space within a value", `User ${" ".repeat(4_000_000)}x\n`],
  ["white space after a keyword", `User${" ".repeat(4_000_000)}\n`],
  ["an entry again and again", "Host a\nUser x\n".repeat(300_000)],
  ["a pattern as long as the file", `Host *${"a".repeat(4_000_000)}\n  User wrong\n`],
])("%s is looked up in no time", (_what, text) => {
  const config = parse(text);
  const name = "a".repeat(250);
  for (let host = 0; host < 200; host += 1)
    expect(config.lookup(askedOf(`${name}${host}`)).get("user")).not.toBe("wrong");
});

test("a list with a pattern longer than OpenSSH takes matches nothing", () => {
  expect(
    parse(`Host ${"*".repeat(1_024)}\n  User wrong\n`)
      .lookup(askedOf("web"))
      .get("user"),
  ).toBeUndefined();
  expect(
    parse(`Host ${"*".repeat(1_023)}\n  User right\n`)
      .lookup(askedOf("web"))
      .get("user"),
  ).toBe("right");
});

test.each([
  ["User deploy", "deploy"],
  ["user\tdeploy ", "deploy"],
  ["  USER=deploy", "deploy"],
  ["User = deploy", "deploy"],
  ["User\t=\tdeploy", "deploy"],
  ["User", undefined],
  ["User-deploy", undefined],
  ["#User deploy", undefined],
])("%j gives a user of %j", (line, user) => {
  expect(parse(`${line}\n`).lookup(askedOf("web")).get("user")).toBe(user);
});

test("new keys go into the user's own known_hosts, whatever the inventory names", () => {
  const target = (hostKeys: "strict" | "accept-new", text: string, knownHosts?: string) =>
    resolveTarget({ ...host, ssh: { hostKeys, ...(knownHosts === undefined ? {} : { knownHosts }) } }, settings(text));
  const own = "/home/me/.ssh/known_hosts";
  expect(target("accept-new", "", "/inventory/keys")).toMatchObject({
    knownHostsFiles: ["/inventory/keys", own],
    newHostKeys: { file: own, hashed: false },
  });
  expect(target("strict", "", "/inventory/keys").knownHostsFiles).toEqual(["/inventory/keys"]);
  const declared = "UserKnownHostsFile ~/one ~/two\nHashKnownHosts yes\n";
  expect(target("accept-new", declared).newHostKeys).toEqual({ file: "/home/me/one", hashed: true });
  for (const none of ["none", "/dev/null"]) {
    expect(target("accept-new", `UserKnownHostsFile ${none}\n`).newHostKeys.file).toBeNull();
  }
});

test("tokens in ProxyJump stand for the host that the way leads to", () => {
  const text = `Host web01.example.com
  HostName web.internal
  Port 2200
  User deploy
  ProxyJump %n-%p@gate.%h,ops%%%r@last
Host gate.web.internal
  User other
  ProxyJump %r@outer-%h
`;
  expect(resolveTarget(host, settings(text)).jumps).toEqual([
    { user: "web01.example.com-2200", host: "outer-gate.web.internal", port: null },
    { user: "web01.example.com-2200", host: "gate.web.internal", port: null },
    { user: "ops%deploy", host: "last", port: null },
  ]);
  expect(() => resolveTarget(host, settings("ProxyJump gate-%u\n"))).toThrow(/%u in gate-%u stands for nothing here/);
  const declared = { ...host, ssh: { ...host.ssh, jump: ["gate-%h"] } };
  expect(resolveTarget(declared, settings(text)).jumps).toEqual([{ user: null, host: "gate-%h", port: null }]);
});

test("a way, a port, a name or a path that cannot be is refused or passed over", () => {
  const jump = Array.from({ length: 9 }, (_, index) => `jump${index}`);
  expect(() => resolveTarget({ ...host, ssh: { ...host.ssh, jump } }, settings(""))).toThrow(/more than 8 jump hosts/);
  expect(() => parseJump("bastion:65536")).toThrow(/65535/);
  expect(resolveTarget(host, settings("Port 65536\nConnectTimeout 0\n"))).toMatchObject({
    port: 22,
    connectTimeout: 10_000,
  });
  expect(() => resolveTarget(host, settings(`HostName ${"%h".repeat(2_000_000)}\n`))).toThrow(/too long/);
  expect(() => resolveTarget(host, settings(`IdentityFile ${"%h".repeat(2_000_000)}\n`))).toThrow(/too long/);
});

test("tokens in paths are written for, and text that only looks like one in their values is not", () => {
  const text = "HostName %h.example.org\nIdentityFile ~/%u/%h/%%d\n";
  expect(
    resolveTarget({ ...host, name: "a$&b" }, { ...settings(text), user: { name: "%d", id: 1 } }).identityFiles,
  ).toEqual(["/home/me/%d/a$&b.example.org/%d"]);
});

test("an included file may hold hundreds of thousands of blocks", () => {
  const included = "Host other\nUser someone\n".repeat(200_000);
  const config = parse("Include fleet\nHost web\nUser deploy\n", { fleet: included });
  expect([config.lookup(askedOf("other")).get("user"), config.lookup(askedOf("web")).get("user")]).toEqual([
    "someone",
    "deploy",
  ]);
});
