import { expect, test } from "vitest";
import { createLog } from "../../../src/application/log.ts";
import type { LogLevel } from "../../../src/application/options.ts";
import { aContext } from "../../support/context.ts";

const onTerminal = { input: false, output: false, errors: true, columns: null };

test.each<[LogLevel, string]>([
  ["error", "error: a\n"],
  ["warn", "error: a\nwarn: b\n"],
  ["info", "error: a\nwarn: b\ninfo: c\n"],
  ["debug", "error: a\nwarn: b\ninfo: c\ndebug: d\n"],
])("--log-level %s shows what is at least as grave, on standard error", (logLevel, text) => {
  const { context, output, errors } = aContext();
  const log = createLog({ logLevel, color: true }, context);
  log.error("a");
  log.warn("b");
  log.info("c");
  log.debug("d");
  expect([output(), errors()]).toEqual(["", text]);
});

test("the level is coloured on a terminal alone", () => {
  const { context, errors } = aContext({ terminal: onTerminal });
  createLog({ logLevel: "warn", color: true }, context).warn("b");
  createLog({ logLevel: "warn", color: false }, context).warn("b");
  expect(errors()).toBe("\u001b[33mwarn:\u001b[39m b\nwarn: b\n");
});
