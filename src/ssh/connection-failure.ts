import { errorMessage } from "../errors.ts";
import { type Algorithms, allowable, keywords } from "./algorithms.ts";
import { HostError } from "./host-error.ts";
import type { JudgeHostKey } from "./host-keys.ts";
import { algorithmsIn, kindInError } from "./server-algorithms.ts";
import type { LeftOutSetting, SshTarget } from "./target.ts";

/** Of lines that are named; more of them help nobody. */
const mostPlaces = 4;

/** What to say of a setting that may be why it failed. */
const leftOut = (target: Pick<SshTarget, "leftOut">, setting: LeftOutSetting): string =>
  target.leftOut[setting] === undefined
    ? ""
    : ` (${setting} of ssh_config, ${target.leftOut[setting]}, is left out by dtsync)`;

/** Behind a jump host the interface is that one's matter. */
const interfaceLeftOut = (target: Pick<SshTarget, "leftOut" | "jumps">): string =>
  target.jumps.length === 0 ? leftOut(target, "BindInterface") : "";

/** What to say of a machine that has not let anybody in when its time is over. */
export const unansweredConnection = (
  target: Pick<SshTarget, "hostName" | "port" | "connectTimeout" | "leftOut" | "jumps">,
): HostError =>
  new HostError(
    "unreachable",
    `${target.hostName}:${target.port} did not answer within ${target.connectTimeout / 1_000} s${interfaceLeftOut(target)}`,
  );

/** What is known of a connection that could not be made: the key of the machine, and keys that it was not offered. */
export interface FailedConnection extends Pick<JudgeHostKey, "places" | "authorities"> {
  readonly verdict: ReturnType<JudgeHostKey["judge"]>;
  /** Where the key that was shown is revoked. */
  readonly revocations: readonly string[];
  /** Why a key was not offered; null: all were. */
  readonly omission: string | null;
  /** What it wanted of the user after it had taken a key; none: it took none. */
  readonly furtherMethods: readonly string[];
  /** What the machine sent first. */
  readonly beginning: string;
}

const listPlaces = (places: readonly string[]): string =>
  places.length === 0 ? "known_hosts" : places.slice(0, mostPlaces).join(", ");

/** Why a connection could not be made, as a HostError that says what to do. */
export function explainConnection(error: unknown, target: SshTarget, failed: FailedConnection): HostError {
  const place = `${target.hostName}:${target.port}`;
  const { verdict } = failed;
  if (verdict === "short") {
    return new HostError(
      "unreachable",
      `${place} shows an RSA host key of fewer than the ${target.requiredRsaSize} bits that are required (RequiredRSASize of ssh_config): give it a longer one, or one of another type`,
      { cause: error },
    );
  }
  if (verdict === "revoked") {
    return new HostError(
      "host-key-revoked",
      `${place} shows a host key that is revoked (${listPlaces(failed.revocations)}): whoever has it may pretend to be this machine, so give the machine a new host key and add that after checking it`,
      { cause: error },
    );
  }
  if (verdict === "changed") {
    return new HostError(
      "host-key-changed",
      `${place} shows another host key than known_hosts holds: make sure that it is the right machine, then correct ${listPlaces(failed.places)}`,
      { cause: error },
    );
  }
  if (verdict === "unknown" && target.hostKeys === "strict") {
    const [authority] = failed.authorities;
    const certificate =
      authority === undefined ? "" : ` (certificates of hosts, which ${authority} is about, are not judged)`;
    const command = leftOut(target, "KnownHostsCommand");
    return new HostError(
      "host-key-unknown",
      `the host key of ${place} is in none of ${target.knownHostsFiles.join(", ")}${certificate}${command}: add it after checking it, or declare ssh.hostKeys: accept-new`,
      { cause: error },
    );
  }
  const level = error instanceof Error && "level" in error ? error.level : null;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (level === "client-authentication" && failed.furtherMethods.length > 0) {
    return new HostError(
      "authentication-failed",
      `${place} takes a key of user ${target.user}, and wants more besides (${failed.furtherMethods.join(", ")}), and dtsync logs in with keys alone: let a key be enough for this user (AuthenticationMethods of its sshd_config)`,
      { cause: error },
    );
  }
  if (level === "client-authentication") {
    const omitted = failed.omission === null ? "" : `; ${failed.omission}`;
    return new HostError(
      "authentication-failed",
      `${place} accepts none of the keys offered for user ${target.user}${omitted}`,
      { cause: error },
    );
  }
  if (level === "agent") {
    return new HostError(
      "authentication-failed",
      `${place} takes a key that the SSH agent does not sign with (${errorMessage(error)}): a key of hardware wants to be touched in time, others may have to be confirmed`,
      { cause: error },
    );
  }
  const reasons: Readonly<Record<string, string>> = {
    ECONNREFUSED: "refuses the connection",
    ENOTFOUND: "is not a known host name",
    EAI_AGAIN: "could not be looked up",
    EHOSTUNREACH: "cannot be reached",
    ENETUNREACH: "cannot be reached",
    ETIMEDOUT: "does not answer",
    ECONNRESET: "cut the connection",
    EAFNOSUPPORT: "is no address of the kind that AddressFamily of ssh_config allows",
    ...(target.bindAddress === null
      ? {}
      : { EADDRNOTAVAIL: `cannot be reached from ${target.bindAddress} (BindAddress of ssh_config)` }),
  };
  const kind = kindInError(errorMessage(error));
  if (kind !== null) {
    const offered = algorithmsIn(failed.beginning, kind);
    return new HostError(
      "unreachable",
      `${place} has no algorithms in common with dtsync (${errorMessage(error)}${offered.length === 0 ? "" : `; it has ${offered.join(", ")}`}): ${adviceOn(kind, offered)}`,
      { cause: error },
    );
  }
  return new HostError(
    "unreachable",
    `${place} ${reasons[code] ?? `cannot be used (${errorMessage(error)})`}${interfaceLeftOut(target)}`,
    {
      cause: error,
    },
  );
}

function adviceOn(kind: keyof Algorithms, offered: readonly string[]): string {
  if (offered.length === 0) return `allow one that it has by ${keywords[kind]} in ssh_config`;
  const [first] = allowable(kind, offered);
  if (first === undefined) return "dtsync has none of these";
  const price = first.startsWith("diffie-hellman-group-exchange")
    ? ", which is left out because it takes this machine over a second at each login"
    : "";
  return `allow it by "${keywords[kind]} +${first}" in ssh_config${price}`;
}
