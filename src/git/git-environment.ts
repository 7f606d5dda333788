import { delimiter, isAbsolute } from "node:path";

/** Variables of a process, by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What Git and the programs that it starts may know of the surroundings. Whatever is not listed stays with dtsync. */
const forEveryCall: readonly RegExp[] = [
  /^(?:PATH|HOME|USER|LOGNAME|TMPDIR|XDG_CONFIG_HOME)$/,
  // Through sudo, Git trusts a repository of the user who called it.
  /^SUDO_UID$/,
  /^GIT_EXEC_PATH$/,
  // The user's own configuration, for example of containers, where safe.directory is often set so.
  /^GIT_CONFIG_(?:NOSYSTEM|SYSTEM|GLOBAL|COUNT|KEY_\d+|VALUE_\d+)$/,
  // Whose a commit is.
  /^GIT_(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL)$/,
];

/** What reaching origin needs besides: proxies, certificates, and the user's ways to prove who they are. */
const forOrigin: readonly RegExp[] = [
  /^(?:HTTPS?|ALL|NO)_PROXY$/i,
  /^(?:SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|GIT_SSL_(?:CAINFO|CAPATH|CERT|KEY|NO_VERIFY))$/,
  /^GIT_SSH(?:_COMMAND|_VARIANT)?$/,
  /^SSH_(?:AUTH_SOCK|AGENT_PID|ASKPASS|ASKPASS_REQUIRE)$/,
  /^GIT_ASKPASS$/,
  // Where the user's credential helpers keep what they know.
  /^(?:XDG_(?:CACHE|DATA)_HOME|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS|DISPLAY|GNUPGHOME|KRB5CCNAME|KRB5_CONFIG)$/,
  // A helper in a runner's own configuration answers with it.
  /^CI_JOB_TOKEN$/,
];

/** Git is called at the top of a checkout, where a relative path would lead to its contents. */
const paths = /^(?:HOME|TMPDIR|XDG_\w+|GIT_EXEC_PATH|GIT_CONFIG_(?:SYSTEM|GLOBAL)|GNUPGHOME)$/;

function withoutRelative(name: string, value: string): string | null {
  if (name === "PATH") return value.split(delimiter).filter(isAbsolute).join(delimiter);
  return paths.test(name) && !isAbsolute(value) ? null : value;
}

/** Ways to origin that start nothing which a repository could name. `ext` and `fd` are none, and helpers of others neither. */
const plainProtocols: readonly string[] = ["file", "git", "http", "https", "ssh"];
const ordinaryProtocols: readonly string[] = ["https", "ssh"];

/**
 * The variables that Git is called with, from those of dtsync. `origin`: for a call that may reach the repository's
 * origin, the others get no credentials.
 */
export function gitEnvironment(ofDtsync: Variables, { origin }: { readonly origin: boolean }): Record<string, string> {
  const allowed = origin ? [...forEveryCall, ...forOrigin] : forEveryCall;
  const kept = Object.entries(ofDtsync).flatMap(([name, given = null]) => {
    const value = given === null ? null : withoutRelative(name, given);
    return value !== null && allowed.some((pattern) => pattern.test(name)) ? [[name, value] as const] : [];
  });
  return {
    ...Object.fromEntries(kept),
    // In English, because messages are looked at; without questions, because nobody may be there to answer.
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_ALLOW_PROTOCOL: protocols(ofDtsync["GIT_ALLOW_PROTOCOL"]).join(":"),
  };
}

/** The user may allow other protocols, or fewer, as with Git itself. A repository cannot: this variable is above its configuration. */
function protocols(ofTheUser: string | undefined): readonly string[] {
  if (ofTheUser === undefined) return ordinaryProtocols;
  return ofTheUser.split(":").filter((name) => plainProtocols.includes(name));
}
