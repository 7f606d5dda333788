import { shortened } from "../lib/text.ts";
import type { Notification } from "./notification.ts";

/** Characters: Teams takes 28 kB, and a character may be several bytes. */
const longestText = 6_000;

const colours = { error: "Attention", warning: "Warning", info: "Good" } as const;

/**
 * A message with an Adaptive Card, as the workflow "post to a channel when a webhook request is received" of Teams takes it. Names
 * of hosts and what clusters say are runs of text, in which Teams sees no Markdown.
 */
export function teamsMessage({ severity, title, details, commit, link, dtsync, run }: Notification): object {
  const text = shortened(details.join("\n"), longestText);
  const facts = [
    ...(commit === null ? [] : [{ title: "Commit", value: commit.slice(0, 12) }]),
    { title: "Run", value: run },
    { title: "dtsync", value: dtsync },
  ];
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          body: [
            paragraph({ text: title, weight: "Bolder", size: "Medium", color: colours[severity] }),
            ...text.split("\n").flatMap((line) => (line === "" ? [] : [paragraph({ text: line })])),
            { type: "FactSet", facts },
          ],
          ...(link === null ? {} : { actions: [{ type: "Action.OpenUrl", title: "Open the run", url: link }] }),
        },
      },
    ],
  };
}

const paragraph = (run: Readonly<Record<string, string>>) => ({
  type: "RichTextBlock",
  inlines: [{ type: "TextRun", ...run }],
});
