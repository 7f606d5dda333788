import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { watchOptions } from "../../../src/commands/options/watch-options.ts";
import { createProgram } from "../../../src/commands/program.ts";
import { watchMetrics } from "../../../src/watch/watch-metrics.ts";
import { readContainerfile } from "../../support/container.ts";
import { aContext } from "../../support/context.ts";
import { checkedMetrics, promtool, runPromtool } from "../../support/promtool.ts";

const folder = fileURLToPath(new URL("../../../docs/watch", import.meta.url));
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

/** Metrics with their labels, as a watch serves them. */
const text = await watchMetrics({
  version: "0.1.0",
  apply: true,
  pace: { interval: 180_000, driftInterval: 3_600_000 },
  now: () => new Date(),
  ofProcess: true,
}).text();
const served = new Set(
  [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = "", type]) =>
    type === "histogram" ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);

/** Names in an expression that only a watch can serve, and that none does. */
const unknownIn = (expression: string): readonly string[] =>
  [...expression.matchAll(/\b(?:dtsync|process|nodejs)_\w+/g)]
    .map(([name]) => name)
    .filter((name) => !served.has(name));

interface Target {
  readonly expr: string;
  readonly refId: string;
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly Target[];
}
const dashboard = JSON.parse(read("dashboard.json")) as {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
};
const expressions = [
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
];

describe("the dashboard", () => {
  test("asks for metrics that a watch serves", () => {
    expect(expressions.length).toBeGreaterThan(10);
    expect(expressions.flatMap(unknownIn)).toEqual([]);
  });

  test("has panels that say what they show, each with a place of its own", () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, description, targets, gridPos } of panels) {
      expect([title, description, targets.length].every(Boolean)).toBe(true);
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    }
    const overlapping = panels.flatMap((one, index) =>
      panels.slice(index + 1).filter(({ gridPos: { x, y, w, h } }) => {
        const place = one.gridPos;
        return x < place.x + place.w && place.x < x + w && y < place.y + place.h && place.y < y + h;
      }),
    );
    expect(overlapping).toEqual([]);
  });
});

interface Rule {
  readonly alert: string;
  readonly expr: string;
}
const { groups } = parse(read("alerts.yaml")) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

describe("the alerts", () => {
  test("ask for metrics that a watch serves, and each is tried both ways", () => {
    expect(rules.flatMap(({ expr }) => unknownIn(expr))).toEqual([]);
    for (const { alert } of rules) expect(read("alerts-test.yaml").split(alert).length).toBeGreaterThanOrEqual(3);
  });

  test.skipIf(promtool !== null)(
    `are right for Prometheus${promtool === null ? "" : `, left out: ${promtool}`}`,
    () => {
      for (const parameters of [
        ["check", "rules", join(folder, "alerts.yaml")],
        ["test", "rules", join(folder, "alerts-test.yaml")],
      ]) {
        const { content, said } = runPromtool(...parameters);
        expect(content, said).toBe(true);
      }
      expect(checkedMetrics(text)).toBe("");
    },
  );

  test.skipIf(promtool !== null)(
    `and so is what the dashboard asks${promtool === null ? "" : `, left out: ${promtool}`}`,
    () => {
      const asked = expressions.map((expr, index) => ({
        record: `asked:${index}`,
        expr: expr.replaceAll("$instance", ".*"),
      }));
      const place = mkdtempSync(join(tmpdir(), "dtsync-dashboard-"));
      const file = join(place, "rules.json");
      writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules: asked }] }));
      const { content, said } = runPromtool("check", "rules", file);
      rmSync(place, { recursive: true });
      expect(content, said).toBe(true);
    },
  );
});

/** The options that a command line of dtsync watch has, as the program takes them. */
async function optionsOf(words: readonly string[]) {
  const command = createProgram(aContext().context).program.commands.find((known) => known.name() === "watch");
  const { operands, unknown } = command?.exitOverride().parseOptions([...words]) ?? { operands: ["none"], unknown: [] };
  expect([operands, unknown]).toEqual([[], []]);
  return watchOptions(command?.opts() ?? {}, {});
}

describe("the unit of systemd", () => {
  const settings = new Map(
    read("dtsync-watch.service")
      .split("\n")
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );

  test("calls a watch with options that it has", async () => {
    const [program, command, ...words] = (settings.get("ExecStart") ?? "").split(" ");
    expect([program, command]).toEqual(["/usr/local/bin/dtsync", "watch"]);
    const repository = words.map((word) => word.replace(/^\$\{REPOSITORY\}$/, "https://gitlab.example.com/x.git"));
    expect(await optionsOf(repository)).toMatchObject({ apply: true, listen: { host: "127.0.0.1" } });
  });

  test("gives the service a user, no rights, and the time to finish what it began", () => {
    expect(settings.get("User")).toBe("dtsync");
    for (const name of ["NoNewPrivileges", "PrivateTmp", "ProtectHome"]) expect(settings.get(name)).toBe("yes");
    expect([settings.get("CapabilityBoundingSet"), settings.get("ProtectSystem")]).toEqual(["", "strict"]);
    expect([settings.get("KillMode"), settings.get("SuccessExitStatus")]).toEqual(["mixed", "130"]);
  });

  const analyze = spawnSync("systemd-analyze", ["--version"], { stdio: "ignore" }).error === undefined;
  test.skipIf(!analyze)(`is one for systemd itself${analyze ? "" : ", left out: there is no systemd-analyze"}`, () => {
    const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", join(folder, "dtsync-watch.service")], {
      encoding: "utf8",
    });
    // Neither dtsync nor its manual need be installed here.
    const others = `${stdout}${stderr}`
      .split("\n")
      .filter((line) => !/^$|is not executable|'man dtsync-watch/.test(line));
    expect(others).toEqual([]);
  });
});

describe("the manifest for Kubernetes", () => {
  interface Deployment {
    readonly kind: string;
    readonly spec: {
      readonly replicas: number;
      readonly strategy: { readonly type: string };
      readonly template: {
        readonly spec: {
          readonly securityContext: { readonly runAsNonRoot: boolean; readonly runAsUser: number };
          readonly containers: readonly {
            readonly args: readonly string[];
            readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
          }[];
        };
      };
    };
  }
  const documents = parseAllDocuments(read("kubernetes.yaml")).map((document) => document.toJS() as Deployment);
  const deployment = documents.find(({ kind }) => kind === "Deployment")?.spec;
  const pod = deployment?.template.spec;
  const [container] = pod?.containers ?? [];

  test("runs one watch, as the user of the image and in a file system that can only be read", () => {
    expect([deployment?.replicas, deployment?.strategy.type]).toEqual([1, "Recreate"]);
    expect(`${pod?.securityContext.runAsUser}`).toBe(readContainerfile().get("USER")?.split(":")[0]);
    expect([pod?.securityContext.runAsNonRoot, container?.securityContext.readOnlyRootFilesystem]).toEqual([
      true,
      true,
    ]);
  });

  test("gives it options that it has", async () => {
    const [command, ...words] = container?.args ?? [];
    expect(command).toBe("watch");
    expect(await optionsOf(words)).toMatchObject({ apply: true, listen: { host: "0.0.0.0", port: 9464 } });
  });
});

test("the page names every file of the folder", () => {
  const page = readFileSync(join(folder, "../watch.md"), "utf8");
  expect(readdirSync(folder).filter((name) => !page.includes(`watch/${name}`))).toEqual([]);
});
