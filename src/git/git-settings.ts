/** A line of Git's configuration. Text is Latin-1: a byte is a character, so that nothing is lost on the way through. */
export interface GitSetting {
  /** Whose it is; those of the repository are `local` and `worktree`. */
  readonly scope: string;
  /** `file:PATH` and the like. */
  readonly origin: string;
  /** As Git prints it: section and name in small letters. */
  readonly key: string;
  /** Null: only the key is there, which Git takes for true. */
  readonly value: string | null;
}

/** Options of `git config` whose output `parseSettings` takes. */
export const listSettings = ["config", "--list", "--null", "--show-scope", "--show-origin"] as const;

export function parseSettings(output: Buffer): readonly GitSetting[] {
  const fields = output.toString("latin1").split("\0");
  const settings: GitSetting[] = [];
  for (let index = 0; index + 2 < fields.length; index += 3) {
    const [scope = "", origin = "", line = ""] = fields.slice(index, index + 3);
    const end = line.indexOf("\n");
    const [key, value] = end === -1 ? [line, null] : [line.slice(0, end), line.slice(end + 1)];
    settings.push({ scope, origin, key, value });
  }
  return settings;
}

export const isOfRepository = ({ scope }: GitSetting): boolean => scope === "local" || scope === "worktree";

/**
 * The settings of a repository that dtsync needs, all of which are data: how files and objects are kept, where origin is,
 * how it is reached. Git never sees any other one, and so none that names a program, whatever later versions of Git add.
 */
const carried: readonly RegExp[] = [
  /^core\.(?:repositoryformatversion|filemode|ignorecase|symlinks|precomposeunicode|protecthfs|protectntfs)$/,
  /^core\.(?:trustctime|checkstat|autocrlf|eol|sharedrepository|sparsecheckout|sparsecheckoutcone)$/,
  /^extensions\.(?:objectformat|compatobjectformat|refstorage|partialclone)$/,
  /^remote\..*\.(?:url|fetch|promisor|partialclonefilter|proxy|proxyauthmethod)$/s,
  /^url\..*\.insteadof$/s,
  /^http\.(?:.*\.)?(?:extraheader|proxy|proxyauthmethod|proxysslcainfo|version|useragent|emptyauth|followredirects)$/s,
  /^http\.(?:.*\.)?(?:sslverify|sslversion|sslcainfo|sslcapath|sslcert|sslkey|pinnedpubkey|postbuffer)$/s,
  /^user\.(?:name|email)$/,
  /^credential\.(?:.*\.)?(?:username|usehttppath)$/s,
];

export const isCarried = ({ key }: GitSetting): boolean => carried.some((pattern) => pattern.test(key));

/** Whether this says that contents are left at a remote until they are needed. */
export const isOfPartialClone = ({ key }: GitSetting): boolean =>
  key === "extensions.partialclone" || /^remote\..*\.promisor$/s.test(key);

/** Extensions of a repository that do not matter for reading it by a Git directory of dtsync's own. */
const needless = /^extensions\.(?:noop|noop-v1|preciousobjects|worktreeconfig|relativeworktrees|submodulepathconfig)$/;

/** Without an extension, Git would take the repository for something that it is not. */
export const isUnknownExtension = (setting: GitSetting): boolean =>
  setting.key.startsWith("extensions.") && !isCarried(setting) && !needless.test(setting.key);

/** The text of a file of configuration with these settings, in Latin-1. */
export function settingsText(settings: readonly Pick<GitSetting, "key" | "value">[]): string {
  return settings.map(({ key, value }) => `${header(key)}${value === null ? "" : ` = ${quoted(value)}`}\n`).join("");
}

/** `[section "subsection"]`, and the name in the next line. */
function header(key: string): string {
  const [first, last] = [key.indexOf("."), key.lastIndexOf(".")];
  const subsection = first === last ? "" : ` ${quoted(key.slice(first + 1, last))}`;
  return `[${key.slice(0, first)}${subsection}]\n\t${key.slice(last + 1)}`;
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n")}"`;
