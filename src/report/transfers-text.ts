import type { ApplyReport } from "../model/result.ts";

/** How installers came to hosts, in a line; null: none did. What was pushed says why, because it costs this machine. */
export function transfersLine({ installers }: Pick<ApplyReport, "installers">): string | null {
  if (installers === undefined) return null;
  const { pulled, pushed, reasons } = installers;
  const why = reasons.filter(({ way }) => way === "push").map(({ why: reason, hosts }) => predicate(hosts, reason));
  const parts = [
    ...(pulled > 0 ? [`${pulled} pulled by the hosts`] : []),
    ...(pushed > 0 ? [`${pushed} pushed${why.length === 0 ? "" : ` (${why.join(", ")})`}`] : []),
  ];
  return `installers: ${parts.join(", ")}`;
}

const plurals: Readonly<Record<string, string>> = { has: "have", does: "do", is: "are", was: "were" };

/** `1 has no downloader`, `2 have no downloader`. */
const predicate = (hosts: number, reason: string): string =>
  `${hosts} ${hosts === 1 ? reason : reason.replace(/^\w+/, (verb) => plurals[verb] ?? verb)}`;
