import { HostError } from "./host-error.ts";
import { portOf, type Services } from "./ports.ts";

export interface JumpAddress {
  readonly user: string | null;
  readonly host: string;
  readonly port: number | null;
}

const scheme = "ssh://";
/** In an address the name of the user may be written with `%` and numbers, and parameters may follow it. */
const asUri = /^(?:([^@;]+)(?:;[^@]*)?@)?(?:\[([^\]]+)\]|([^:/@]+))(?::([^:/]*))?\/?$/;
/** The user's name ends at the last `@`. */
const asWords = /^(?:(.+)@)?(?:\[([^\]]+)\]|([^:/@]+))(?::([^:/]*))?$/;

/** `[user@]host[:port]`, with an IPv6 address in brackets, or `ssh://[user@]host[:port]`. */
export function parseJump(written: string, services: Services): JumpAddress {
  const text = written.trim();
  const isUri = text.startsWith(scheme);
  const found = isUri ? asUri.exec(text.slice(scheme.length)) : asWords.exec(text);
  const user = isUri ? decoded(found?.[1]) : (found?.[1] ?? null);
  if (!found || user === undefined) {
    throw new HostError("jump-host", `the jump host ${JSON.stringify(text)} is not of the form [user@]host[:port]`);
  }
  const port = found[4] ? portOf(found[4], services) : null;
  if (port === undefined) {
    throw new HostError(
      "jump-host",
      `the port of the jump host ${text} is none from 1 to 65535, and no service that /etc/services has`,
    );
  }
  return { user, host: found[2] ?? found[3] ?? "", port };
}

/** Undefined: it is written wrongly. */
function decoded(name: string | undefined): string | null | undefined {
  if (name === undefined) return null;
  try {
    return decodeURIComponent(name.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
