import { describe, expect, test } from "vitest";
import type { ExplainedSetting, ValueSource } from "../../../src/model/explanation.ts";
import type { Inventory } from "../../../src/model/inventory.ts";
import { compareDeclarations } from "../../../src/plan/compare-declarations.ts";
import { diffEntries, settingGroups } from "../../../src/report/diff-entries.ts";
import { type DiffSide, findPlaces } from "../../../src/report/diff-places.ts";
import { aGroup, aHost, anEnvironment, anInventory, aRollout } from "../../support/builders.ts";

const ids = ["abc-p1", "abc-p2", "xyz-p1"];
const at = (line: number, file = "dtsync.yaml"): ValueSource => ({ file, line });
const from = (source: ValueSource | null, more: Partial<ExplainedSetting> = {}): ExplainedSetting => ({
  value: "any",
  source,
  overrides: [],
  ...more,
});

type Explained = Readonly<Record<string, Readonly<Record<string, ExplainedSetting>>>>;

/** The places of everything shared, in the order of the lines, and the items that were asked for. */
function placesOf(before: Inventory, after: Inventory, explained: Partial<Record<DiffSide, Explained>>) {
  const asked: string[] = [];
  const difference = compareDeclarations(before, after);
  const found = findPlaces(difference, (side, wants) =>
    Object.entries(explained[side] ?? {})
      .filter(([id]) => wants(id))
      .map(([id, settings]) => ({
        id,
        explain: () => {
          asked.push(`${side} ${id}`);
          return new Map(Object.entries(settings));
        },
      })),
  );
  const keys = [...diffEntries(difference.changes).shared, ...settingGroups(difference.settings)].map(({ key }) => key);
  const places = keys
    .map((key) => found.get(key))
    .map((one) => (one ? `${one.side} ${one.places.join(", ")}` : "none"));
  return { places, asked };
}

const fleet = (settings: (index: number) => object): Inventory =>
  anInventory({ environments: ids.map((id, index) => anEnvironment({ id, settings: settings(index) })) });
const each = (setting: (index: number) => Readonly<Record<string, ExplainedSetting>>): Explained =>
  Object.fromEntries(ids.map((id, index) => [`environment/${id}`, setting(index)]));

describe("where many items have something from", () => {
  const [low, high] = [100, 200].map((maxLimit) => fleet(() => ({ quotas: { hostUnits: { maxLimit } } })));
  const limit = "quotas.hostUnits.maxLimit";
  const change = (after: Explained, before: Explained = {}) =>
    placesOf(low ?? anInventory(), high ?? anInventory(), { after, before });

  test("is the line that all have it from", () => {
    expect(change(each(() => ({ [limit]: from(at(24)) }))).places).toEqual(["after dtsync.yaml:24"]);
    const set = each(() => ({ [limit]: from({ ...at(1), set: "defaults.environment" }) }));
    expect(change(set).places).toEqual(["after --set defaults.environment"]);
  });

  test("is the file, where they share no line", () => {
    const lines = each((index) => ({ [limit]: from(at(index + 1, "customers/abc.yaml")) }));
    expect(change(lines).places).toEqual(["after customers/abc.yaml"]);
  });

  test("is not told where one of them differs, and is not looked for any longer", () => {
    const own = each((index) => ({ [limit]: from(at(3, `customers/${index}.yaml`)) }));
    const { places, asked } = change(own, own);
    expect(places).toEqual(["none"]);
    expect(asked).toEqual([
      "after environment/abc-p1",
      "after environment/abc-p2",
      "before environment/abc-p1",
      "before environment/abc-p2",
    ]);
  });

  test("is where it was, once it is gone", () => {
    const gone = placesOf(
      high ?? anInventory(),
      fleet(() => ({})),
      {
        before: each(() => ({ [limit]: from(at(24)) })),
        after: each(() => ({})),
      },
    );
    expect(gone.places).toEqual(["before dtsync.yaml:24"]);
    const defaulted = change(
      each(() => ({ [limit]: from(null) })),
      each(() => ({ [limit]: from(at(7)) })),
    );
    expect(defaulted.places).toEqual(["before dtsync.yaml:7"]);
  });

  test("is that of the items that were added to a list, or taken from it", () => {
    const own = (index: number) => ({ value: `own:${index}`, source: at(9, `customers/${index}.yaml`) });
    const [less, more] = [[], ["team:web"]].map((added) => fleet((index) => ({ tags: [`own:${index}`, ...added] })));
    const short = each((index) => ({ tags: from(at(1), { elements: [own(index)] }) }));
    const long = each((index) => ({
      tags: from(at(1), { elements: [{ value: "team:web", source: at(31) }, own(index)] }),
    }));
    const empty = anInventory();
    expect(placesOf(less ?? empty, more ?? empty, { before: short, after: long }).places).toEqual([
      "after dtsync.yaml:31",
    ]);
    expect(placesOf(more ?? empty, less ?? empty, { before: long, after: short }).places).toEqual([
      "before dtsync.yaml:31",
    ]);
  });

  test("is that of the key of a map", () => {
    const hosts = (owner: string) =>
      anInventory({
        hosts: ["a", "b"].map((name) =>
          aHost({ name, oneagent: { ...aHost().oneagent, hostProperties: { owner, tier: "db" } } }),
        ),
      });
    const settings = { "oneagent.hostProperties.owner": from(at(5)), "oneagent.hostProperties.tier": from(at(6)) };
    const after = { "host/a": settings, "host/b": settings };
    expect(placesOf(hosts("dba"), hosts("web"), { after }).places).toEqual(["after dtsync.yaml:5"]);
  });

  test("of rights is the role that all keys lead through, or the key and its roles", () => {
    const groups = (permissions: readonly string[]) =>
      anInventory({
        environments: ids.map((id) => anEnvironment({ id })),
        groups: ["noc", "ops"].map((name) =>
          aGroup({ name, access: Object.fromEntries(ids.map((id) => [id, permissions])) }),
        ),
      });
    const way = (line: number) =>
      from(at(line), {
        elements: [
          { value: "VIEWER", source: at(line), roles: [] },
          { value: "LOG_VIEWER", source: at(line), key: "*", roles: [{ role: "operator", source: at(12) }] },
        ],
      });
    const access = (line: number) => Object.fromEntries(ids.map((id) => [`access.${id}`, way(line)]));
    const after = { "group/emea/noc": access(25), "group/emea/ops": access(18) };
    const [less, more] = [groups(["VIEWER"]), groups(["VIEWER", "LOG_VIEWER"])];
    expect(placesOf(less, more, { after }).places).toEqual(["after dtsync.yaml:12"]);
    expect(placesOf(more, less, { after: {}, before: after }).places).toEqual(["none"]);
    const one = { "group/emea/noc": access(25), "group/emea/ops": access(25) };
    expect(placesOf(less, more, { after: one }).places).toEqual(["after dtsync.yaml:25, dtsync.yaml:12"]);
  });

  test("of settings is told too, and of what is new where it is declared", () => {
    const rollout = (concurrency: number) =>
      anInventory({ environments: ids.map((id) => anEnvironment({ id, rollout: aRollout({ concurrency }) })) });
    const after = each(() => ({ "rollout.concurrency": from(at(46)) }));
    expect(placesOf(rollout(50), rollout(5), { after }).places).toEqual(["after dtsync.yaml:46"]);
    const place = { file: "hosts/abc.txt", column: 1 };
    const hosts = ["a", "b"].map((name, index) => aHost({ name, place: { ...place, line: index + 1 } }));
    expect(placesOf(anInventory(), anInventory({ hosts }), {}).places).toEqual(["after hosts/abc.txt"]);
  });
});
