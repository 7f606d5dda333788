import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shellQuote } from "../../src/sandbox/agent/shell-quote.ts";

const dropbear = "/usr/sbin/dropbear";
/** Kinds of host keys that dropbear has, by the names of its programs. */
const otherKinds = ["ecdsa", "rsa"] as const;

/** Why there is no dropbear here; null: there is. Throws instead with DTSYNC_REQUIRE_ALL=1. */
export function whyNoDropbear(): string | null {
  if (existsSync(dropbear) && spawnSync("dropbearconvert", ["-V"]).error === undefined) return null;
  if (process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error("the package dropbear-bin is missing");
  return "dropbear-bin is not installed";
}

/** Dropbear looks nowhere else, and believes no file that others may write. */
export function authorizeForDropbear(root: string, publicKey: string): void {
  for (const home of ["root", "home"]) {
    const folder = join(root, home, ".ssh");
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    writeFileSync(join(folder, "authorized_keys"), `${publicKey}\n`, { mode: 0o644 });
  }
}

/** Host keys in dropbear's own format beside those of OpenSSH, and of each other kind one more. Gives the public halves. */
export function writeDropbearKeys(folder: string, openSshKeys: readonly string[]): readonly string[] {
  for (const name of openSshKeys) {
    const file = join(folder, name);
    if (!existsSync(`${file}.dropbear`)) run("dropbearconvert", ["openssh", "dropbear", file, `${file}.dropbear`]);
  }
  return otherKinds.map((kind) => {
    const file = join(folder, `dropbear_${kind}`);
    const shown = run("dropbearkey", existsSync(file) ? ["-y", "-f", file] : ["-t", kind, "-f", file]);
    return /^(?:ssh|ecdsa)-\S+ \S+/m.exec(shown)?.[0] ?? "";
  });
}

/** The server as the last command of a script, whose second parameter is the key of OpenSSH that the host shows. */
export function dropbearServer(place: {
  readonly address: string;
  readonly port: number;
  readonly keys: string;
  readonly session: string;
  readonly forwards: boolean;
}): string {
  const keys = ['"$2.dropbear"', ...otherKinds.map((kind) => `${place.keys}/dropbear_${kind}`)];
  const listen = `-p ${place.address}:${place.port}`;
  const forwarding = place.forwards ? "" : " -j -k";
  return `exec ${dropbear} -F -E -m -s${forwarding} ${listen} ${keys.map((key) => `-r ${key}`).join(" ")} \\
  -P /run/dropbear.pid -c ${shellQuote(place.session)} 2>${place.keys}/sshd.log
`;
}

function run(program: string, parameters: readonly string[]): string {
  return execFileSync(program, parameters, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
