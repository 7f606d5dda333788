import { expect, test } from "vitest";
import { parseSshConfig } from "../../../src/ssh/config.ts";
import { parseJump, resolveTarget, type SshClientSettings } from "../../../src/ssh/target.ts";

const parse = (text: string, files: Readonly<Record<string, string>> = {}) =>
  parseSshConfig(text, (path) => (path in files ? [files[path] ?? ""] : []));

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
  const web = config.lookup("WEB01.example.com");
  expect([web.get("port"), web.get("user"), web.identityFiles]).toEqual(["2201", "deploy", ["~/first", "~/second"]]);
  expect(config.lookup("db01.example.com").get("user")).toBe("nobody");
});

test("keywords have any case, `=` may separate, values may be quoted, comments are passed over", () => {
  const config = parse(`# comment\nHOST "a b" web\n  HostName=127.0.0.1\n  UserKnownHostsFile "/tmp/known hosts"\n`);
  expect(config.lookup("web").get("hostname")).toBe("127.0.0.1");
  expect(config.lookup("web").get("userknownhostsfile")).toBe("/tmp/known hosts");
});

test("Include is followed inside its block; Match runs nothing, but `Match all` applies", () => {
  const config = parse(
    'Host web\n  Include extra\nMatch exec "touch /tmp/never"\n  User evil\nMatch all\n  Port 2222\n',
    {
      extra: "User included\n",
    },
  );
  expect(config.lookup("web").get("user")).toBe("included");
  expect(config.lookup("other").get("user")).toBeUndefined();
  expect(config.lookup("other").get("port")).toBe("2222");
});

test("what stands before the first Host applies to all, and a block ends where the next begins", () => {
  const config = parse("Port 2200\nHost web\n  User deploy\nHost db\n  User oracle\nMatch exec true\n  User evil\n");
  expect(
    ["web", "db", "other"].map((name) => [config.lookup(name).get("port"), config.lookup(name).get("user")]),
  ).toEqual([
    ["2200", "deploy"],
    ["2200", "oracle"],
    ["2200", undefined],
  ]);
});

test("a Host after a Match counts again", () => {
  expect(parse("Match exec true\n  User evil\nHost web\n  User deploy\n").lookup("web").get("user")).toBe("deploy");
});

test("what stands before an Include comes before what it includes, and what stands after it comes after", () => {
  const include = { extra: "User included\nPort 2201\nCompression yes\n" };
  const web = parse("Host web\n  User first\n  Include extra\n  Port 2202\n", include).lookup("web");
  expect([web.get("user"), web.get("port")]).toEqual(["first", "2201"]);
  expect(parse("Match exec true\n  Include extra\n", include).lookup("web").get("user")).toBeUndefined();
});

test("an Include of itself ends", () => {
  const text = "Include loop\nUser last\n";
  expect(parse(text, { loop: text }).lookup("web").get("user")).toBe("last");
});

const settings = (text: string): SshClientSettings => ({
  config: parse(text),
  home: "/home/me",
  user: "me",
  agentSocket: "/run/agent",
});

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
    useAgent: false,
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

test("jump hosts may have a user, a port and an IPv6 address", () => {
  expect(parseJump("bastion.example.com")).toEqual({ user: null, host: "bastion.example.com", port: null });
  expect(parseJump("ops@[2001:db8::1]:2222")).toEqual({ user: "ops", host: "2001:db8::1", port: 2222 });
  expect(() => parseJump("a:b:c")).toThrow(/form/);
});
