import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect as openSocket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { NodeSSH } from "node-ssh";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSshConnector } from "../../../src/ssh/connect.ts";
import { silentLog } from "../../support/log.ts";
import { sshClientOf, sshConfigOf } from "../../support/ssh-settings.ts";

/*
 * Law: a key that `ssh` would log in with, from its file or through the agent, logs in here too. The server is OpenSSH's,
 * which lets nobody in after six keys.
 */

const sshd = "/usr/sbin/sshd";
const missing = [sshd, "/usr/bin/ssh-agent", "/usr/bin/ssh-keygen"].filter((path) => !existsSync(path));
const reason = missing.length === 0 ? null : `${missing.join(", ")} missing`;
if (reason !== null && process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(reason);

const address = "127.33.0.1";
const { username, uid } = userInfo();
let directory: string;
let port: number;
let server: ReturnType<typeof spawn>;
let agent: ReturnType<typeof spawn>;

const path = (name: string) => join(directory, name);
const socket = () => path("agent");

/** Makes a key that the server knows, as `ssh-keygen` writes it. */
function makeKey(name: string, ...options: readonly string[]): void {
  execFileSync("ssh-keygen", ["-q", "-f", path(name), "-C", name, ...options]);
  const known = existsSync(path("authorized")) ? readFileSync(path("authorized"), "utf8") : "";
  writeFileSync(path("authorized"), known + readFileSync(path(`${name}.pub`), "utf8"));
}

function addToAgent(name: string): void {
  const environment = { ...process.env, SSH_AUTH_SOCK: socket() };
  execFileSync("ssh-add", ["-q", path(name)], { env: environment, stdio: "ignore" });
}

/** Puts a key into the agent, and a passphrase on its file, in the format that it has. */
function lock(name: string, ...options: readonly string[]): void {
  addToAgent(name);
  execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "secret-of-a-test", "-f", path(name), ...options]);
}

async function freePort(): Promise<number> {
  const taken = createServer().listen(0, address);
  await new Promise((resolve) => taken.once("listening", resolve));
  const found = (taken.address() as { port: number }).port;
  await new Promise((resolve) => taken.close(resolve));
  return found;
}

async function untilItListens(listening = port): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answered = await new Promise<boolean>((resolve) => {
      const probe = openSocket(listening, address, () => resolve(true)).on("error", () => resolve(false));
      probe.once("connect", () => probe.destroy());
    });
    if (answered) return;
    await wait(50);
  }
  throw new Error("sshd does not listen");
}

describe.skipIf(reason !== null)(`logging in to OpenSSH${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "dtsync-login-"));
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path("host")]);
    port = await freePort();
    const settings = [
      `ListenAddress ${address}:${port}`,
      `HostKey ${path("host")}`,
      `AuthorizedKeysFile ${path("authorized")}`,
      `PidFile ${path("pid")}`,
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "LogLevel DEBUG1",
    ];
    writeFileSync(path("sshd_config"), `${settings.join("\n")}\n`);
    writeFileSync(path("known_hosts"), `[${address}]:${port} ${readFileSync(path("host.pub"), "utf8")}`);
    server = spawn(sshd, ["-D", "-E", path("log"), "-f", path("sshd_config")], { stdio: "ignore" });
    agent = spawn("ssh-agent", ["-D", "-a", socket()], { stdio: "ignore" });
    await untilItListens();
    for (let tries = 0; tries < 200 && !existsSync(socket()); tries += 1) await wait(25);
  });

  afterAll(() => {
    server.kill();
    agent.kill();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Logs in, and gives what the host says who it is. */
  const logIn = async (config: string, identityFile?: string): Promise<string> =>
    (await logInTwice(config, identityFile, 1)).join();

  /** The same with one connector so many times, one after the other. */
  async function logInTwice(config: string, identityFile?: string, times = 2): Promise<readonly string[]> {
    const text = `${config}Host *\n  HostName ${address}\n  Port ${port}\n  UserKnownHostsFile ${path("known_hosts")}\n  GlobalKnownHostsFile none\n`;
    const connect = createSshConnector(
      sshClientOf(sshConfigOf(text), {
        home: directory,
        user: { name: username, id: uid },
        variables: { SSH_AUTH_SOCK: socket() },
      }),
      { taken: new Map(), write: false },
      silentLog,
    );
    const named = identityFile === undefined ? {} : { identityFile };
    const names: string[] = [];
    for (let time = 0; time < times; time += 1) {
      const shell = await connect({ name: "web01", address: null, ssh: { hostKeys: "strict", ...named } });
      try {
        names.push((await shell.run("id -un")).stdout.trim());
      } finally {
        shell.close();
      }
    }
    return names;
  }

  /** How often the server was asked whether it takes a key, without a signature. */
  const timesAsked = () => readFileSync(path("log"), "utf8").split("Postponed publickey").length - 1;

  const formats: readonly (readonly [string, readonly string[]])[] = [
    ["ed25519", ["-t", "ed25519", "-N", ""]],
    ["ecdsa", ["-t", "ecdsa", "-N", ""]],
    ["rsa", ["-t", "rsa", "-b", "2048", "-N", ""]],
    ["rsa-pem", ["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", ""]],
    ["rsa-pkcs8", ["-t", "rsa", "-b", "2048", "-m", "PKCS8", "-N", ""]],
    ["ecdsa-pkcs8", ["-t", "ecdsa", "-m", "PKCS8", "-N", ""]],
  ];

  test.each(formats)("a key of the format %s logs in from its file", async (name, options) => {
    makeKey(name, ...options);
    expect(await logIn(`IdentityFile ${path(name)}\nIdentityAgent none\n`)).toBe(username);
  });

  test.each(formats)("a key of the format %s that was accepted is signed with at once", async (name) => {
    const before = timesAsked();
    expect(await logInTwice(`IdentityFile ${path(name)}\nIdentityAgent none\n`)).toEqual([username, username]);
    expect(timesAsked() - before).toBe(1);
  });

  test("a key that another host takes is offered in its turn all the same", async () => {
    for (const name of ["first", "second"]) makeKey(name, "-t", "rsa", "-b", "2048", "-N", "");
    const both = `IdentityFile ${path("first")}\nIdentityFile ${path("second")}\nIdentityAgent none\n`;
    const authorized = readFileSync(path("authorized"), "utf8");
    const first = readFileSync(path("first.pub"), "utf8");
    writeFileSync(path("authorized"), authorized.replace(first, ""));
    const before = timesAsked();
    expect(await logInTwice(both)).toEqual([username, username]);
    expect(timesAsked() - before).toBe(1);
    writeFileSync(path("authorized"), authorized);
  });

  test.each([
    ["of OpenSSH's own format", "locked", ["-t", "ed25519", "-N", ""], []],
    ["in PEM", "locked-pem", ["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", ""], ["-m", "PEM"]],
    ["in PKCS#8", "locked-pkcs8", ["-t", "ecdsa", "-m", "PKCS8", "-N", ""], ["-m", "PKCS8"]],
  ])("a key with a passphrase, %s, logs in through the agent that holds it", async (_what, name, options, format) => {
    makeKey(name, ...options);
    lock(name, ...format);
    expect(await logIn(`IdentityFile ${path(name)}\n`)).toBe(username);
    expect(await logIn(`IdentityFile ${path(name)}\nIdentitiesOnly yes\n`)).toBe(username);
    expect(await logIn("", path(name))).toBe(username);
    expect(await logIn("", path(`${name}.pub`))).toBe(username);
  });

  test("the public half is found in the file itself, too", async () => {
    makeKey("alone", "-t", "ed25519", "-N", "");
    lock("alone");
    renameSync(path("alone.pub"), path("alone.elsewhere"));
    expect(await logIn(`IdentityFile ${path("alone")}\nIdentitiesOnly yes\n`)).toBe(username);
  });

  test("a named key is offered before the many others of the agent", async () => {
    for (let index = 0; index < 8; index += 1) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path(`stranger${index}`)]);
      addToAgent(`stranger${index}`);
    }
    makeKey("late", "-t", "ed25519", "-N", "");
    lock("late");
    expect(await logIn(`IdentityFile ${path("late")}\n`)).toBe(username);
  });

  test("a key that the agent does not hold either is named with what to do", async () => {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret-of-a-test", "-f", path("unknown")]);
    await expect(logIn("", path("unknown"))).rejects.toThrow(
      /accepts none of the keys offered for user .*; the key .*unknown cannot be used .*: load it into the SSH agent/,
    );
    await expect(logIn("IdentityAgent none\n", path("unknown"))).rejects.toThrow(
      expect.objectContaining({ code: "identity-file" }),
    );
  });

  test("an agent that cannot be asked does not stop a key of a file", async () => {
    makeKey("plain", "-t", "ed25519", "-N", "");
    const config = `IdentityAgent ${path("nothing")}\nIdentityFile ${path("unknown")}\nIdentityFile ${path("plain")}\n`;
    expect(await logIn(config)).toBe(username);
  });

  test.each([
    ["HostKeyAlgorithms", "ssh-rsa", "+ssh-rsa"],
    ["KexAlgorithms", "diffie-hellman-group14-sha1", "+diffie-hellman-group14-sha1"],
    ["Ciphers", "aes256-cbc", "^aes256-cbc"],
    ["MACs", "hmac-md5", "+hmac-md5"],
  ])("a server with %s %s alone is reached where ssh_config allows it", async (keyword, offered, allowed) => {
    const oldPort = await freePort();
    const settings = readFileSync(path("sshd_config"), "utf8").replaceAll(`:${port}`, `:${oldPort}`);
    execFileSync("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", path(`old-${keyword}`)]);
    const cipher = keyword === "MACs" ? "Ciphers aes128-ctr\n" : "";
    writeFileSync(
      path(`sshd_${keyword}`),
      `${settings}HostKey ${path(`old-${keyword}`)}\n${keyword} ${offered}\n${cipher}`,
    );
    writeFileSync(
      path("known_hosts"),
      `${readFileSync(path("known_hosts"), "utf8")}[${address}]:${oldPort} ${readFileSync(path(keyword === "HostKeyAlgorithms" ? `old-${keyword}.pub` : "host.pub"), "utf8")}`,
    );
    makeKey(`for-${keyword}`, "-t", "ed25519", "-N", "");
    const old = spawn(sshd, ["-D", "-f", path(`sshd_${keyword}`)], { stdio: "ignore" });
    try {
      await untilItListens(oldPort);
      const config = `Port ${oldPort}\nIdentityFile ${path(`for-${keyword}`)}\n`;
      await expect(logIn(config)).rejects.toThrow(
        new RegExp(`has no algorithms in common .*: allow it by "${keyword} \\+${offered}" in ssh_config`),
      );
      expect(await logIn(`${config}${keyword} ${allowed}\n`)).toBe(username);
    } finally {
      old.kill();
    }
  });

  test("the server is not asked to prove its other host keys, as ssh2 alone would", async () => {
    const asked = () => readFileSync(path("log"), "utf8").match(/hostkeys-prove-00@openssh\.com/g)?.length ?? 0;
    makeKey("bare", "-t", "ed25519", "-N", "");
    const before = asked();
    expect(await logIn(`IdentityFile ${path("bare")}\n`)).toBe(username);
    expect(asked()).toBe(before);
    const bare = await new NodeSSH().connect({ host: address, port, username, privateKeyPath: path("bare") });
    await bare.execCommand("true");
    bare.dispose();
    expect(asked()).toBeGreaterThan(before);
  });

  test("what is accepted here is what ssh accepts", () => {
    const given = ["-i", path("locked"), "-o", "IdentitiesOnly=yes", "-o", `UserKnownHostsFile=${path("known_hosts")}`];
    const environment = { ...process.env, SSH_AUTH_SOCK: socket() };
    const { stdout } = spawnSync("ssh", ["-F", "none", ...given, "-p", String(port), address, "id -un"], {
      env: environment,
      encoding: "utf8",
    });
    expect(stdout.trim()).toBe(username);
  });
});
