import { describe, expect, test } from "vitest";
import { createMessageStream } from "../../../src/application/message-stream.ts";
import { readingProgress } from "../../../src/application/reading-progress.ts";
import { aCluster, aHost, noon } from "../../support/builders.ts";
import { aContext } from "../../support/context.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { screenOf } from "../../support/screen.ts";

const clusters = [aCluster({ name: "emea" }), aCluster({ name: "apac" })];
const hosts = Array.from({ length: 40 }, (_, index) => aHost({ name: `web${index}` }));
const wanted = { clusters, hosts };
const options = { progress: true, color: false };
const host = (name: string) => ({ kind: "host", name }) as const;
const emea = { kind: "cluster", name: "emea" } as const;

describe("reading", () => {
  test("on a terminal is shown live, and leaves what could not be read", () => {
    const clock = fakeClock(noon);
    let written = "";
    const write = (text: string) => {
      written += text;
    };
    const messages = createMessageStream(write, () => ({ columns: 80, rows: 24 }), clock);
    const { context } = aContext({
      clock,
      output: { out: write, err: messages.write },
      openRegion: messages.openRegion,
      terminal: { input: true, output: true, errors: true, columns: null },
    });
    const reading = readingProgress(wanted, options, context);
    reading.events.started(emea);
    for (let index = 0; index < 10; index += 1) reading.events.started(host(`web${index}`));
    for (let index = 1; index < 10; index += 1) reading.events.ended(host(`web${index}`), null);
    clock.pass(3_000);
    expect(screenOf(written)).toEqual([
      "▸ Clusters  0/2",
      "▸ Hosts     9/40   3.0/s  about 15 s left",
      "  longest: cluster/emea 3 s, host/web0 3 s",
    ]);
    reading.events.ended(host("web0"), "nobody answers");
    reading.events.ended(emea, "emea (https://dynatrace.example.com): status 503");
    clock.pass(100);
    expect(screenOf(written)).toEqual([
      "not read  host/web0: nobody answers",
      "not read  cluster/emea: emea (https://dynatrace.example.com): status 503",
      "✖ Clusters  1/2    1 failed  19/min",
      "✖ Hosts     10/40  1 failed  3.2/s  about 10 s left",
    ]);
    reading.close();
    expect(screenOf(written)).toHaveLength(2);
  });

  test("without one is a line every ten seconds, and at once what could not be read", () => {
    const clock = fakeClock(noon);
    const { context, errors } = aContext({ clock });
    const reading = readingProgress(wanted, options, context);
    reading.events.started(emea);
    reading.events.ended(emea, null);
    reading.events.started(host("web0"));
    reading.events.ended(host("web0"), "nobody\u001b[2J answers");
    expect(errors()).toBe("not read  host/web0: nobody\\u001b[2J answers\n");
    clock.pass(10_000);
    expect(errors()).toMatch(/\nreading: clusters 1\/2, hosts 1\/40 \(1 failed\)\n$/);
    reading.close();
  });

  test("names ten of those with the same problem, and says that there are more", () => {
    const { context, errors } = aContext();
    const reading = readingProgress(wanted, options, context);
    for (const { name } of hosts) reading.events.ended(host(name), "there is no key to offer");
    reading.events.ended(emea, "its token is not set");
    reading.close();
    const lines = errors().trimEnd().split("\n");
    expect(lines.slice(9)).toEqual([
      "not read  host/web9: there is no key to offer (the same of others is only counted here)",
      "not read  cluster/emea: its token is not set",
    ]);
  });

  test("names only what there is", () => {
    const clock = fakeClock(noon);
    const { context, errors } = aContext({ clock });
    const reading = readingProgress({ clusters, hosts: [] }, options, context);
    clock.pass(10_000);
    reading.close();
    expect(errors()).toBe("reading: clusters 0/2\nreading: clusters 0/2\n");
  });

  test("tells no failures of what an interrupt cut off", () => {
    const { context, errors } = aContext({ signal: AbortSignal.abort() });
    const reading = readingProgress(wanted, options, context);
    reading.events.ended(host("web0"), "interrupted");
    reading.close();
    expect(errors()).toBe("");
  });

  test("says nothing with --no-progress", () => {
    const clock = fakeClock(noon);
    const { context, errors } = aContext({ clock });
    const reading = readingProgress(wanted, { ...options, progress: false }, context);
    reading.events.ended(host("web0"), "nobody answers");
    clock.pass(60_000);
    reading.close();
    expect(errors()).toBe("");
  });
});
