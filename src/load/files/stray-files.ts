import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";

/** A name that an editor or a slip gave to a YAML file. */
const misspelt = /\.(?:ya?ml\.txt|yalm|ymal)$/i;

/** Whether the name of a file looks as if it was to be that of a YAML file. */
export const isMisnamed = (name: string): boolean => misspelt.test(name);

/** A name that a person gave; editors and systems begin theirs with other characters, such as `.#abc.yaml`. */
const hidden = /^\.[a-z0-9].*\.ya?ml$/i;

/** Whether the name is that of a YAML file that is hidden, and so not read. */
export const isHiddenYaml = (name: string): boolean => hidden.test(name);

/** Whether a file, by its path in the inventory folder, was probably meant to be dtsync.yaml. */
export const isMisnamedSettings = (path: string): boolean => /^dtsync\.(?:ya?ml|ya?ml\.txt|yalm|ymal)$/i.test(path);

/**
 * What to do with a file that is not read; its text, where there is one, tells what it was meant to be. `isThere` tells of a
 * path whether the inventory has it.
 */
export function explainStray(path: string, text: string | null, isThere: (path: string) => boolean): DiagnosticText {
  if (isMisnamedSettings(path))
    return notRead(
      "this file is not read: the settings are those of dtsync.yaml",
      "Delete it, or move what is in it there.",
    );
  const folder = /^(?:customers|groups)\//.exec(path)?.[0] ?? folderOf(text);
  if (folder === null) return notRead("this YAML file is not read", generalHint);
  const what = folder === "groups/" ? "this file of groups is not read" : "this customer is not read";
  if (!path.startsWith(folder)) return notRead(what, `Move it into the folder ${folder}`);
  const visible = path.replace(/\/\.([^/]*)$/, "/$1");
  const target = visible.replace(misspelt, ".yaml");
  if (target === path) return notRead("this YAML file is not read", generalHint);
  const because = visible === path ? "" : ", because the file is hidden";
  const shown = showText(target).slice(1, -1);
  return notRead(`${what}${because}`, isThere(target) ? `Delete it: ${shown} is read.` : `Rename it to ${shown}`);
}

/** Where a file with this text belongs, if it is one of the inventory. */
function folderOf(text: string | null): "customers/" | "groups/" | null {
  if (text === null) return null;
  if (/^customer:/m.test(text)) return "customers/";
  return /^groups:/m.test(text) ? "groups/" : null;
}

const notRead = (message: string, hint: string): DiagnosticText => ({ rule: "not-read", message, hint });

const generalHint = "Customers go into customers/, groups into groups/; name it in an item if it is a host list.";
