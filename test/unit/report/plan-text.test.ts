import { describe, expect, test } from "vitest";
import { painter } from "../../../src/lib/printable.ts";
import type { Plan } from "../../../src/model/plan.ts";
import { renderApplyText } from "../../../src/report/apply-text.ts";
import { renderPlanText } from "../../../src/report/plan-text.ts";
import {
  aGroup,
  aHost,
  aHostReading,
  anAgent,
  anEnvironment,
  anInventory,
  anObservedEnvironment,
  anObservedGroup,
  oneAgentSettings,
  planOf,
} from "../../support/builders.ts";

const plain = painter(false);
const text = (plan: Plan) => renderPlanText(plan, plain);

const place = (file: string, line: number) => ({ place: { file, line, column: 3 } });

/** A plan in which something of everything happens. */
function aRealisticPlan(): Plan {
  const web = Array.from({ length: 3 }, (_, index) => `web0${index + 1}.abc.example.com`);
  const inventory = anInventory({
    environments: [
      anEnvironment({
        id: "abc-p1",
        settings: { name: "ABC – production", tags: ["managed-by:dtsync"], quotas: { hostUnits: { maxLimit: 100 } } },
      }),
      anEnvironment({ id: "abc-t1", state: "absent", ...place("customers/abc.yaml", 9) }),
      anEnvironment({ id: "abc-t2", state: "absent", ...place("customers/abc.yaml", 11) }),
      anEnvironment({ id: "xyz-p1", ...place("customers/xyz.yaml", 3) }),
    ],
    groups: [
      aGroup({
        name: "operators",
        ldapGroupNames: ["cn=ops"],
        access: { "abc-p1": ["LOG_VIEWER"], "xyz-p1": ["VIEWER"] },
      }),
      aGroup({ name: "both", previously: ["former"], ...place("groups/all.yaml", 7) }),
    ],
    hosts: [
      ...web.map((name, index) =>
        aHost({
          name,
          oneagent: oneAgentSettings({ hostGroup: "abc-web" }),
          ...place("customers/abc.yaml", 20 + index),
        }),
      ),
      aHost({ name: "db01.abc.example.com", oneagent: oneAgentSettings({ hostGroup: "abc-db" }) }),
      aHost({ name: "far.abc.example.com" }),
    ],
    safety: { protect: ["*-t1"] },
  });
  return planOf({
    inventory,
    clusters: {
      emea: {
        environments: [
          anObservedEnvironment({ id: "abc-p1", name: "ABC", quotas: { hostUnits: { maxLimit: null } } }),
          anObservedEnvironment({ id: "abc-t1" }),
          anObservedEnvironment({ id: "abc-t2", state: "DISABLED", tags: ["dtsync:disabled=2026-03-08"] }),
          anObservedEnvironment({ id: "legacy" }),
        ],
        groups: [
          anObservedGroup({ accessRight: { AGENT_INSTALL: ["abc-p1"], VIEWER: ["abc-t1"] } }),
          anObservedGroup({ name: "former" }),
          anObservedGroup({ name: "both" }),
          ...Array.from({ length: 10 }, (_, index) => anObservedGroup({ name: `other ${index}` })),
        ],
      },
    },
    probes: {
      ...Object.fromEntries(web.map((name) => [name, aHostReading()])),
      "db01.abc.example.com": aHostReading({ agent: anAgent({ hostGroup: "old" }) }),
      "far.abc.example.com": { status: "unreadable", reason: "no route to the host" },
    },
    warnings: ["customers/abc.yaml:30: the command printed no hosts"],
  });
}

describe("a plan as a person reads it", () => {
  test("by customer and environment, with what is held, waiting, unmanaged and in the way", () => {
    expect(text(aRealisticPlan())).toMatchInlineSnapshot(`
      "emea: https://dynatrace.example.com, version 1.320.47.20250820-091500, 3 requests

      All customers
        ~ update group operators on emea  dtsync.yaml:20
            ldapGroupNames  none → cn=ops

      Customer abc
        abc-p1
          ~ update environment abc-p1 on emea  customers/abc.yaml:4
              name                       ABC → ABC – production
              tags                       none → managed-by:dtsync
              quotas.hostUnits.maxLimit  unlimited → 100
          ~ configure the OneAgent on db01.abc.example.com  customers/abc.yaml:8
              hostGroup  old → abc-db
              note: the agent restarts, and monitored applications must be restarted for it to take full effect
          » install the OneAgent on 3 hosts  customers/abc.yaml:20 and 2 more places
              version    latest
              hostGroup  abc-web
              web01.abc.example.com, web02.abc.example.com, web03.abc.example.com

      Customer xyz
        xyz-p1
          + create environment xyz-p1 on emea  customers/xyz.yaml:3
              name  xyz p1
          + grant rights of group operators  dtsync.yaml:20
              grant  VIEWER

      Rollout to the hosts:
        abc-p1: 1 canary, then 3 batches of 1; stops after more than 1 failure

      Not in the inventory, left alone:
        emea: 1 environment: legacy
        emea: 10 groups: other 0, other 1, other 2, other 3, other 4, other 5, other 6, other 7 and 2 more

      Warnings:
        customers/abc.yaml:30: the command printed no hosts
        the signature of installers is not checked, because there is no root certificate: declare oneagent.rootCertificate or set DTSYNC_ROOT_CERTIFICATE, or set oneagent.signature to required or skip

      Guards that stop an apply of this plan:
        maxRemovals: 1 item would be disabled, deleted or uninstalled, at most 0 allowed (environment/abc-t1); to go on: --allow-removals 1
        protect: 1 protected environment would be disabled or deleted, or begin to be (environment/abc-t1)

      Takes away:
        ~ update rights of group operators on abc-p1  dtsync.yaml:20
            grant   LOG_VIEWER
            revoke  AGENT_INSTALL
        - revoke rights of group operators on abc-t1  dtsync.yaml:20
            revoke  VIEWER
        - disable environment abc-t1 on emea  customers/abc.yaml:9
            state  enabled → disabled

      Held back:
        ! group/emea/both: both "both" and its former name "former" exist: remove one of them on the cluster, or take the name out of previously
        ! host/far.abc.example.com: no route to the host

      Waiting to be deleted:
        abc-t2: disabled, may be deleted from 2026-03-15

      Plan: 1 to create, 5 to update, 1 to remove, 4 to deploy, 2 rights to take away; 0 unchanged, 2 held.
      "
    `);
  });

  test("nothing to do is one line", () => {
    const inventory = anInventory({ environments: [anEnvironment()] });
    expect(
      text(planOf({ inventory, clusters: { emea: { environments: [anObservedEnvironment()] } } })),
    ).toMatchInlineSnapshot(`
      "emea: https://dynatrace.example.com, version 1.320.47.20250820-091500, 3 requests

      Nothing to do: 1 item is as declared.
      "
    `);
  });

  test("a name on the cluster cannot move the cursor, nor a reason", () => {
    const control = String.fromCharCode(27);
    const name = `x${control}[2Jy\nz`;
    const plan = planOf({
      inventory: anInventory({ environments: [anEnvironment({ settings: { name: "New" } })] }),
      clusters: {
        emea: {
          environments: [anObservedEnvironment({ name }), anObservedEnvironment({ id: `f${control}` })],
          groups: `no${control}[1m answer`,
        },
      },
    });
    expect(text(plan)).not.toContain(control);
    expect(text(plan)).toContain("x\\u001b[2Jy\\nz → New");
  });

  test("colours are only around, never instead of text", () => {
    const plan = aRealisticPlan();
    const control = String.fromCharCode(27);
    expect(renderPlanText(plan, painter(true)).replaceAll(new RegExp(`${control}\\[\\d+m`, "g"), "")).toBe(text(plan));
  });
});

test("how an apply ended: what was not done with its reason, then counts", () => {
  const base = { attempts: 1, durationMs: 20 };
  const report = {
    format: "dtsync-apply/1",
    run: "0123456789ab",
    plan: "sha256:0",
    results: [
      { ...base, id: "environment/abc-p1", action: "create", status: "done" },
      {
        ...base,
        id: "group/emea/x",
        action: "create",
        status: "failed",
        durationMs: 5_210,
        error: { code: "http-400", message: "no\nreason" },
      },
      {
        ...base,
        id: "permission/emea/x/abc-p1",
        action: "grant",
        status: "skipped",
        error: { code: "dependency", message: "its group was not made" },
      },
    ],
    summary: { done: 1, failed: 1, uncertain: 0, skipped: 1, stale: 0 },
    held: [],
    waiting: [],
    warnings: [],
  } as const;
  expect(renderApplyText(report, plain)).toMatchInlineSnapshot(`
    "
    Not done:
    failed    create group/emea/x 5.2 s: no\\nreason [http-400]
    skipped   grant permission/emea/x/abc-p1: its group was not made [dependency]
    Applied 3 changes: 1 done, 1 failed, 0 uncertain, 1 skipped, 0 stale.
    "
  `);
  expect(
    renderApplyText(
      { ...report, results: [], summary: { done: 0, failed: 0, uncertain: 0, skipped: 0, stale: 0 } },
      plain,
    ),
  ).toBe("Nothing to do.\n");
});
