import { shortened } from "../lib/text.ts";
import type { Notification } from "./notification.ts";

/** Characters that Slack takes in a header, and in the text of a section. */
const longestHeader = 150;
const longestSection = 2_900;

const signs = { error: "🔴", warning: "🟠", info: "🟢" } as const;

/**
 * A message for an incoming webhook of Slack. Names of hosts and what clusters say are plain text, in which Slack sees no links,
 * mentions or markup.
 */
export function slackMessage({ severity, title, details, commit, link, dtsync, run }: Notification): object {
  const facts = [commit === null ? "" : `commit ${commit.slice(0, 12)}`, `run ${run}`, `dtsync ${dtsync}`];
  const origin = facts.filter((fact) => fact !== "").join(" · ");
  return {
    text: escaped(title),
    blocks: [
      { type: "header", text: plain(shortened(`${signs[severity]} ${title}`, longestHeader)) },
      ...(details.length === 0
        ? []
        : [{ type: "section", text: plain(shortened(details.join("\n"), longestSection)) }]),
      { type: "context", elements: [plain(origin)] },
      ...(link === null
        ? []
        : [{ type: "section", text: { type: "mrkdwn", text: `<${linkText(link)}|Open the run>` } }]),
    ],
  };
}

const plain = (text: string) => ({ type: "plain_text", text, emoji: false });

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const linkText = (link: string): string => escaped(link).replaceAll("|", "%7C");
