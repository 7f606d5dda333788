import type { ApplyReport } from "../model/result.ts";

/** How installers came to hosts, in a line; null: none did. What was pushed says why, because it costs this machine. */
export function transfersLine({ installers }: Pick<ApplyReport, "installers">): string | null {
  if (installers === undefined) return null;
  const { pulled, pushed, reasons } = installers;
  const why = reasons.filter(({ way }) => way === "push").map(({ why: reason, hosts }) => `${reason}: ${hosts}`);
  const parts = [
    ...(pulled > 0 ? [`${pulled} pulled by the hosts`] : []),
    ...(pushed > 0 ? [`${pushed} pushed${why.length === 0 ? "" : ` (${why.join(", ")})`}`] : []),
  ];
  return `Installers: ${parts.join(", ")}`;
}
