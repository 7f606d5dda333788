import type { WatchOptions } from "../../application/watch/watch.ts";
import type { ProcessVariables } from "../../ports.ts";
import { fleetOptions } from "./fleet-options.ts";
import { notifyOptions } from "./notify-options.ts";
import { OptionError } from "./option-error.ts";
import { type RawOptions, textOrNull } from "./raw-options.ts";

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Longer waits than a timer can be set for would end at once. */
const longestWait = 7 * 86_400_000;

/** Throws an OptionError. */
export async function watchOptions(raw: RawOptions, variables: ProcessVariables): Promise<WatchOptions> {
  const interval = time("--interval", raw["interval"] ?? "3m", "30s");
  return {
    ...(await fleetOptions({ ...raw, inventory: "." }, variables)),
    raisedLimits: { removals: null, updates: null },
    shard: null,
    journal: null,
    address: address(textOrNull(raw["repo"])),
    branch: branch(textOrNull(raw["branch"]) ?? "main"),
    folder: folder(textOrNull(raw["path"]) ?? "inventory"),
    apply: raw["apply"] === true,
    pace: {
      interval,
      driftInterval: time("--drift-interval", raw["driftInterval"] ?? "1h", "1m"),
      jitter: percent(raw["jitter"] ?? "10%"),
    },
    signers: textOrNull(raw["signers"]),
    fastForwardOnly: raw["fastForwardOnly"] === true || raw["signers"] !== undefined,
    listen: listen(textOrNull(raw["listen"])),
    lease: lease(textOrNull(raw["lease"]), raw["apply"] === true),
    state: textOrNull(raw["state"]),
    once: raw["once"] === true,
    notify: notifyOptions(raw),
  };
}

/** What leads to another program than Git's own ways is refused by Git; what would be an option or show a secret, here. */
function address(text: string | null): string {
  if (text === null) throw new OptionError("the repository to follow is missing", "name it with --repo");
  if (text === "" || text.startsWith("-") || /[\u0000-\u0020\u007f]/.test(text))
    throw new OptionError("--repo is not an address of a repository");
  if (/^https?:\/\/[^/]*@/i.test(text) || /^[a-z][a-z0-9+.-]*:\/\/[^/@]*:[^/@]*@/i.test(text))
    throw new OptionError(
      "--repo has a user or password in it, which everybody on this machine could read",
      "leave it to a credential helper of Git, or use ssh",
    );
  return text;
}

function branch(name: string): string {
  const isName =
    /^[A-Za-z0-9_][^\u0000-\u0020\u007f~^:?*[\\]*$/.test(name) && !/\.\.|@\{|\/\/|\/\.|\.lock$|[./]$/.test(name);
  if (!isName || name.length > 200)
    throw new OptionError(`--branch must be the name of a branch, not ${JSON.stringify(name)}`);
  return name;
}

/** From the top of the repository, with `/` between names; empty: the top. */
function folder(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (path.startsWith("/") || parts.includes("..") || /[\u0000-\u001f\u007f\\]/.test(path))
    throw new OptionError(`--path must be a folder in the repository, not ${JSON.stringify(path)}`);
  return parts.join("/");
}

function time(option: string, value: unknown, least: string): number {
  const milliseconds = read(String(value));
  if (milliseconds === null || milliseconds < (read(least) ?? 0) || milliseconds > longestWait)
    throw new OptionError(`${option} must be a time from ${least} to 7d, such as 5m, not ${JSON.stringify(value)}`);
  return milliseconds;
}

function read(text: string): number | null {
  const found = /^(\d{1,6})([smhd])$/.exec(text);
  return found === null ? null : Number(found[1]) * (units[found[2] ?? ""] ?? 0);
}

function percent(value: unknown): number {
  const number = Number(/^(\d{1,2})%?$/.exec(String(value))?.[1] ?? 100);
  if (number > 50) throw new OptionError(`--jitter must be from 0% to 50%, not ${JSON.stringify(value)}`);
  return number / 100;
}

/** `emea/dtsync-lease`. */
function lease(text: string | null, applies: boolean): WatchOptions["lease"] {
  if (text === null) return null;
  const [, cluster, environment] = /^([a-z][a-z0-9-]{0,30})\/([A-Za-z0-9_-]{1,70})$/.exec(text) ?? [];
  if (cluster === undefined || environment === undefined)
    throw new OptionError(`--lease must be CLUSTER/ENVIRONMENT, not ${JSON.stringify(text)}`);
  if (!applies) throw new OptionError("--lease is for --apply: a watch that changes nothing needs none");
  return { cluster, environment };
}

/** `9464`, `127.0.0.1:9464`, `[::1]:9464`, `metrics.example.com:9464`. */
function listen(text: string | null): WatchOptions["listen"] {
  if (text === null) return null;
  const found = /^(?:(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  if (found === null || port > 65_535)
    throw new OptionError(`--listen must be a port or HOST:PORT, not ${JSON.stringify(text)}`);
  return { host: found[1] ?? found[2] ?? "127.0.0.1", port };
}
