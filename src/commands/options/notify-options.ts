import type { NotifyOptions } from "../../application/notifier.ts";
import { OptionError } from "./option-error.ts";
import { oneOf, type RawOptions, texts } from "./raw-options.ts";

export const notifyEvents = ["failure", "held", "drift", "always"] as const;
export const notifyFormats = ["json", "slack", "teams"] as const;

/** Null: nobody is told. */
export function notifyOptions(raw: RawOptions): NotifyOptions | null {
  const when = texts(raw["notify"])
    .flatMap((text) => text.split(","))
    .map((event) => oneOf("--notify", event.trim(), notifyEvents));
  if (when.length === 0) {
    if (raw["notifyFormat"] !== undefined)
      throw new OptionError("--notify-format does nothing without --notify", "say with --notify what is told");
    return null;
  }
  return { when, format: oneOf("--notify-format", raw["notifyFormat"] ?? "json", notifyFormats) };
}
