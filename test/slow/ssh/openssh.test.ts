import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type HardwareKey, makeHardwareKey, startHardwareAgent } from "../../support/hardware-agent.ts";
import { type OwnSshd, startOwnSshd, whyNoOpenSsh } from "../../support/own-sshd.ts";

/*
 * Law: with the same configuration a login here ends as that of `ssh`, at OpenSSH's own server.
 */

const reason = whyNoOpenSsh();

describe.skipIf(reason !== null)(`as ssh does${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  const address = "127.34.0.1";
  let server: OwnSshd;

  beforeAll(async () => {
    server = await startOwnSshd({ address });
    server.makeKey("key", "-t", "ed25519");
  });

  afterAll(() => server?.close());

  const withKey = (config: string) => server.logIn(`${config}\nIdentityFile ${server.path("key")}\nIdentityAgent none`);

  describe("RevokedHostKeys", () => {
    const hostKey = () => readFileSync(server.path("host0.pub"), "utf8");
    const otherKey = () => readFileSync(server.path("key.pub"), "utf8");
    const revokedBy = (text: string, setting = `RevokedHostKeys ${server.path("revoked")}`) => {
      writeFileSync(server.path("revoked"), text);
      return withKey(setting);
    };

    test.each([
      ["nothing", () => ""],
      ["comments", () => "# nothing\n\n \t\n"],
      ["another key", otherKey],
    ])("a file with %s lets the host be trusted", async (_what, text) => {
      expect(await revokedBy(text())).toEqual({ ours: "in", theirs: "in" });
    });

    test.each([
      ["the key", hostKey],
      ["the key behind others and white space", () => `# old\n${otherKey()}\n \t${hostKey()}`],
    ])("a file with %s refuses the host, although known_hosts holds it", async (_what, text) => {
      const { ours, theirs } = await revokedBy(text());
      expect(theirs).toMatch(/revoked by file/);
      const line = text().trimEnd().split("\n").length;
      expect(ours).toMatch(/^host-key-revoked: /);
      expect(ours).toContain(`${server.path("revoked")}:${line})`);
    });

    test.each([
      ["a line that is no key", () => `${otherKey()}x\n`, /line 2 is no public key/],
      ["an empty line of Windows", () => `\r\n${otherKey()}`, /line 1 is no public key/],
      ["a key of another type than it says", () => hostKey().replace("ssh-ed25519", "ssh-rsa"), /line 1 is no public/],
      ["names before the key", () => `web01 ${hostKey()}`, /line 1 is no public key/],
    ])("a file with %s refuses all hosts", async (_what, text, message) => {
      const { ours, theirs } = await revokedBy(text());
      expect(theirs).toMatch(/Error checking host key/);
      expect(ours).toMatch(/^ssh-config: RevokedHostKeys of ssh_config \(config:1\) names /);
      expect(ours).toMatch(message);
    });

    test("a path that leads nowhere refuses all hosts; nothing in it is filled in", async () => {
      mkdirSync(server.path("folder"), { recursive: true });
      for (const path of ["missing", "folder", "%u", "~"]) {
        const { ours, theirs } = await withKey(`RevokedHostKeys ${path === "~" ? "~/x" : server.path(path)}`);
        expect(theirs).toMatch(/Error checking host key/);
        expect(ours).toMatch(/^ssh-config: RevokedHostKeys of ssh_config \(config:1\) names /);
      }
      for (const nothing of ["none", "/dev/null"]) {
        expect(await withKey(`RevokedHostKeys ${nothing}`)).toEqual({ ours: "in", theirs: "in" });
      }
    });

    describe("as a key revocation list", () => {
      /** What `ssh-keygen -k` makes of lines of its own form. */
      const listOf = (specification: string) => {
        writeFileSync(server.path("specification"), specification);
        const authority = ["-s", server.path("key.pub")];
        execFileSync("ssh-keygen", ["-q", "-k", "-f", server.path("list"), ...authority, server.path("specification")]);
        return withKey(`RevokedHostKeys ${server.path("list")}`);
      };
      const printOf = (key: string) =>
        execFileSync("ssh-keygen", ["-l", "-f", server.path(key)], { encoding: "utf8" }).split(" ")[1];

      test.each([
        ["nothing", () => ""],
        ["another key", () => `key: ${otherKey()}`],
        ["hashes of another key", () => `sha1: ${otherKey()}sha256: ${otherKey()}hash: ${printOf("key.pub")}\n`],
        ["certificates by their names", () => "id: web01\nid: web02\n"],
        ["certificates by their numbers", () => "serial: 1-500000\nserial: 700000\nserial: 700003\nserial: 700009\n"],
      ])("with %s lets the host be trusted", async (_what, specification) => {
        expect(await listOf(specification())).toEqual({ ours: "in", theirs: "in" });
      });

      test.each([
        ["the key", () => `id: web01\nkey: ${otherKey()}key: ${hostKey()}`],
        ["the SHA-1 of the key", () => `sha1: ${otherKey()}sha1: ${hostKey()}`],
        ["the SHA-256 of the key", () => `sha256: ${hostKey()}`],
        ["the print of the key", () => `hash: ${printOf("host0.pub")}\n`],
      ])("with %s refuses the host, although known_hosts holds it", async (_what, specification) => {
        const { ours, theirs } = await listOf(specification());
        expect(theirs).toMatch(/revoked by file/);
        expect(ours).toMatch(/^host-key-revoked: /);
        expect(ours).toContain(`${server.path("list")})`);
      });

      test("that is cut off anywhere refuses all hosts", async () => {
        await listOf(`id: web01\nkey: ${otherKey()}sha256: ${otherKey()}`);
        const list = readFileSync(server.path("list"));
        for (const length of [9, 11, 20, list.length - 33, list.length - 1]) {
          writeFileSync(server.path("list"), list.subarray(0, length));
          const { ours, theirs } = await withKey(`RevokedHostKeys ${server.path("list")}`);
          expect(theirs, `${length}`).toMatch(/Error checking host key/);
          expect(ours, `${length}`).toMatch(/^ssh-config: .*config:1.*cut off or damaged/);
        }
      });
    });
  });

  describe("PubkeyAcceptedAlgorithms", () => {
    let old: OwnSshd;

    beforeAll(async () => {
      old = await startOwnSshd({ address, settings: ["PubkeyAcceptedAlgorithms ssh-rsa"] });
      old.makeKey("rsa", "-t", "rsa", "-b", "2048");
      server.makeKey("rsa", "-t", "rsa", "-b", "2048");
    });

    afterAll(() => old?.close());

    test.each([
      ["", false],
      ["ssh-rsa", true],
      ["+ssh-rsa", false],
      ["^ssh-rsa", true],
      ["rsa-sha2-256", false],
      ["ssh-ed25519", false],
    ])("with %j an RSA key logs in where it does with ssh", async (value, isOld) => {
      const setting = value === "" ? "" : `PubkeyAcceptedKeyTypes ${value}\n`;
      for (const each of [old, server]) {
        const { ours, theirs } = await each.logIn(
          `${setting}IdentityFile ${each.path("rsa")}\nIdentityAgent none\nIdentitiesOnly yes`,
        );
        expect(ours === "in", `${value}: ${ours}`).toBe(theirs === "in");
        if (ours !== "in") expect(ours).toMatch(/^authentication-failed: /);
        if (each === old) expect(ours === "in").toBe(isOld);
      }
    });

    test("a key of a type that is not allowed is not offered, and the message says why", async () => {
      const before = server.log().length;
      const { ours, theirs } = await withKey("PubkeyAcceptedAlgorithms -ssh-ed25519\nIdentitiesOnly yes");
      expect(theirs).toMatch(/Permission denied/);
      expect(ours).toMatch(
        /^authentication-failed: there is no key to offer: .*; the key .*key is not offered, because PubkeyAcceptedAlgorithms .* ssh-ed25519$/,
      );
      expect(server.log().slice(before)).not.toMatch(/Accepted|publickey/);
    });
  });

  test.each([
    ["Ciphers", "chacha20-poly1305@openssh.com"],
    ["Ciphers", "aes128-ctr"],
    ["Ciphers", "aes256-gcm@openssh.com"],
  ])("a server with %s %s alone is reached by default", async (keyword, offered) => {
    const hardened = await startOwnSshd({ address, settings: [`${keyword} ${offered}`] });
    onTestFinished(() => hardened.close());
    hardened.makeKey("key", "-t", "ed25519");
    const login = await hardened.logIn(`IdentityFile ${hardened.path("key")}\nIdentityAgent none`);
    expect(login).toEqual({ ours: "in", theirs: "in" });
  });

  test("a server with a group exchange alone is held, and the message names what allows it", async () => {
    const name = "diffie-hellman-group-exchange-sha256";
    // Of the system's groups the smallest: larger ones cost ssh2 many seconds.
    const moduli = server.path("moduli");
    const groups = readFileSync("/etc/ssh/moduli", "utf8").split("\n");
    writeFileSync(moduli, `${groups.filter((line) => line.split(" ")[4] === "2047").join("\n")}\n`);
    const costly = await startOwnSshd({ address, settings: [`KexAlgorithms ${name}`, `ModuliFile ${moduli}`] });
    onTestFinished(() => costly.close());
    costly.makeKey("key", "-t", "ed25519");
    const identity = `IdentityFile ${costly.path("key")}\nIdentityAgent none`;
    const { ours } = await costly.logIn(identity);
    expect(ours).toMatch(
      /^unreachable: .*no matching key exchange algorithm; it has diffie-hellman-group-exchange-sha256\): allow it by "KexAlgorithms \+diffie-hellman-group-exchange-sha256" in ssh_config, which is left out because/,
    );
    expect(await costly.logIn(`KexAlgorithms +${name}\n${identity}`)).toEqual({ ours: "in", theirs: "in" });
  });

  describe("BindAddress and AddressFamily", () => {
    test("connections come from the address that is named", async () => {
      const before = server.log().length;
      expect(await withKey("BindAddress 127.34.0.9")).toEqual({ ours: "in", theirs: "in" });
      expect(
        server
          .log()
          .slice(before)
          .match(/Connection from 127\.34\.0\.9 /g),
      ).toHaveLength(2);
      expect(await withKey("BindAddress localhost\nAddressFamily inet")).toEqual({ ours: "in", theirs: "in" });
    });

    test.each([
      ["BindAddress 192.0.2.1", /^unreachable: .* cannot be reached from 192\.0\.2\.1 \(BindAddress of ssh_config\)$/],
      ["BindAddress no-such-machine.invalid", /^unreachable: /],
      ["BindAddress ::1", /^unreachable: /],
      ["AddressFamily inet6", /^unreachable: .* AddressFamily of ssh_config allows$/],
    ])("%s, which leads nowhere, is said", async (setting, message) => {
      const { ours, theirs } = await withKey(setting);
      expect(theirs).not.toBe("in");
      expect(ours).toMatch(message);
    });
  });

  test("RequiredRSASize refuses shorter keys of users and hosts", async () => {
    const short = await startOwnSshd({ address, hostKeys: [["rsa", "-b", "2048"]] });
    onTestFinished(() => short.close());
    short.makeKey("key", "-t", "ed25519");
    server.makeKey("short", "-t", "rsa", "-b", "2048");
    const host = (size: number) =>
      short.logIn(`RequiredRSASize ${size}\nIdentityFile ${short.path("key")}\nIdentityAgent none`);
    const user = (size: number) =>
      server.logIn(
        `RequiredRSASize ${size}\nIdentitiesOnly yes\nIdentityFile ${server.path("short")}\nIdentityAgent none`,
      );
    for (const each of [host, user]) {
      for (const size of [512, 2048]) expect(await each(size)).toEqual({ ours: "in", theirs: "in" });
      expect((await each(2049)).theirs).toMatch(/Bad server host key|Permission denied/);
    }
    expect((await host(2049)).ours).toMatch(/^unreachable: .* RSA host key of fewer than the 2049 bits/);
    expect((await user(2049)).ours).toMatch(/^authentication-failed: .*it has 2048 bits, and 2049 are required/);
  });

  test("a server that takes the key and wants a password besides is told from one that takes no key", async () => {
    const settings = ["AuthenticationMethods publickey,password", "PasswordAuthentication yes", "PermitRootLogin yes"];
    const both = await startOwnSshd({ address, settings });
    onTestFinished(() => both.close());
    both.makeKey("key", "-t", "ed25519");
    const only = `IdentityFile ${both.path("key")}\nIdentitiesOnly yes\nIdentityAgent none`;
    const { ours, theirs } = await both.logIn(only);
    expect(theirs).toMatch(/Permission denied \(password\)/);
    expect(ours).toBe(
      `authentication-failed: ${address}:${both.port} takes a key of user ${userInfo().username}, and wants more besides (password), and dtsync logs in with keys alone: let a key be enough for this user (AuthenticationMethods of its sshd_config)`,
    );
    const { ours: refused } = await both.logIn(only.replace(both.path("key"), server.path("key")));
    expect(refused).toMatch(/^authentication-failed: .* accepts none of the keys offered/);
  });

  test("a server that opens no session is told from a connection that broke", async () => {
    const closed = await startOwnSshd({ address, settings: ["MaxSessions 0"] });
    onTestFinished(() => closed.close());
    closed.makeKey("key", "-t", "ed25519");
    const { ours, theirs } = await closed.logIn(`IdentityFile ${closed.path("key")}\nIdentityAgent none`);
    expect(theirs).toMatch(/open failed/);
    expect(ours).toMatch(
      /^command-failed: its SSH server runs no commands for this user \(.*open failed\): .*MaxSessions/,
    );
  });

  describe("what dtsync has not is said where it may be why a login failed", () => {
    test("PubkeyAuthentication no", async () => {
      const { ours, theirs } = await withKey("PubkeyAuthentication no");
      expect(theirs).toMatch(/Permission denied/);
      expect(ours).toMatch(/^ssh-config: ssh_config sets PubkeyAuthentication no for it \(config:1\), and/);
      expect(await withKey("PubkeyAuthentication unbound")).toEqual({ ours: "in", theirs: "in" });
    });

    test.each(["password", "keyboard-interactive,hostbased", "Publickey", "password,,publickey", "none"])(
      "PreferredAuthentications %s",
      async (methods) => {
        const { ours, theirs } = await withKey(`PreferredAuthentications ${methods}`);
        expect(theirs).toMatch(/Permission denied/);
        expect(ours).toBe(
          `ssh-config: ssh_config sets PreferredAuthentications ${methods} for it (config:1), and dtsync logs in with keys alone`,
        );
      },
    );

    test.each(["publickey", "password,keyboard-interactive,publickey", "publickey,", "gssapi-with-mic,publickey,,x"])(
      "PreferredAuthentications %s lets a key be offered",
      async (methods) => {
        expect(await withKey(`PreferredAuthentications ${methods}`)).toEqual({ ours: "in", theirs: "in" });
      },
    );

    test("KnownHostsCommand", async () => {
      const known = readFileSync(server.path("known_hosts"), "utf8");
      writeFileSync(server.path("known_hosts"), "");
      const { ours, theirs } = await withKey(`KnownHostsCommand /bin/echo ${known}`);
      writeFileSync(server.path("known_hosts"), known);
      expect(theirs).toBe("in");
      expect(ours).toMatch(
        /^host-key-unknown: .* \(KnownHostsCommand of ssh_config, config:1, is left out by dtsync\): /,
      );
    });

    test("certificates of users, named or beside the key", async () => {
      const authority = await startOwnSshd({ address });
      onTestFinished(() => authority.close());
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", authority.path("ca")]);
      authority.authorize(`cert-authority ${readFileSync(authority.path("ca.pub"), "utf8")}`);
      const { username } = userInfo();
      for (const name of ["signed", "named"]) {
        execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", authority.path(name)]);
        execFileSync("ssh-keygen", [
          ...["-q", "-s", authority.path("ca"), "-I", "x", "-n", username, authority.path(`${name}.pub`)],
        ]);
      }
      const identity = (name: string) => `IdentityFile ${authority.path(name)}\nIdentityAgent none`;
      const beside = await authority.logIn(identity("signed"));
      expect(beside.theirs).toBe("in");
      expect(beside.ours).toMatch(
        /^authentication-failed: .*; the certificate .*signed-cert\.pub is left out by dtsync$/,
      );
      const named = await authority.logIn(`CertificateFile ${authority.path("named-cert.pub")}\n${identity("named")}`);
      expect(named.theirs).toBe("in");
      expect(named.ours).toMatch(
        /the certificate of CertificateFile in ssh_config \(config:1\) is left out by dtsync$/,
      );
    });
  });

  describe.each(["ed25519", "ecdsa"] as const)("a key of hardware (%s) in the agent", (kind) => {
    let key: HardwareKey;
    let agent: { close(): void };
    const socket = () => server.path(`agent-${kind}`);
    const publicFile = () => server.path(`${kind}_sk.pub`);

    beforeAll(async () => {
      key = makeHardwareKey(kind);
      server.authorize(key.line);
      writeFileSync(publicFile(), key.line);
      agent = await startHardwareAgent(socket(), [key]);
    });

    afterAll(() => agent?.close());

    test("logs in, whether it is named or not", async () => {
      expect(await server.logIn("", socket())).toEqual({ ours: "in", theirs: "in" });
      const named = `IdentitiesOnly yes\nIdentityFile ${publicFile()}`;
      expect(await server.logIn(named, socket())).toEqual({ ours: "in", theirs: "in" });
      expect(server.log()).toMatch(new RegExp(`Accepted publickey for .*: ${kind}-sk `, "i"));
    });

    test("is not offered where PubkeyAcceptedAlgorithms does not allow it", async () => {
      const named = `PubkeyAcceptedAlgorithms -sk-*\nIdentitiesOnly yes\nIdentityFile ${publicFile()}`;
      const { ours, theirs } = await server.logIn(named, socket());
      expect(theirs).toMatch(/Permission denied/);
      expect(ours).toMatch(/PubkeyAcceptedAlgorithms of ssh_config allows no signature of sk-/);
    });

    test("that does not sign, or is not there, is said", async () => {
      const untouched = await startHardwareAgent(`${socket()}-untouched`, [key], { refuses: true });
      onTestFinished(() => untouched.close());
      const { ours } = await server.logIn("", `${socket()}-untouched`);
      expect(ours).toMatch(/^authentication-failed: .*does not sign with .*touched/);
      const empty = await startHardwareAgent(`${socket()}-empty`, []);
      onTestFinished(() => empty.close());
      const missing = await server.logIn(`IdentitiesOnly yes\nIdentityFile ${publicFile()}`, `${socket()}-empty`);
      expect(missing.theirs).toMatch(/Permission denied/);
      expect(missing.ours).toMatch(/_sk\.pub cannot be used \(its private half is in hardware\): load it into the SSH/);
    });
  });

  test("a line of known_hosts counts only where its key is of the type that it says", async () => {
    const known = readFileSync(server.path("known_hosts"), "utf8");
    try {
      writeFileSync(server.path("known_hosts"), known.replace("ssh-ed25519", "ssh-rsa"));
      const { ours, theirs } = await withKey("");
      expect(theirs).toMatch(/Host key verification failed/);
      expect(ours).toMatch(/^host-key-unknown: /);
    } finally {
      writeFileSync(server.path("known_hosts"), known);
    }
  });
});
