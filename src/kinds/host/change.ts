import type { Value } from "../../lib/json.ts";
import type { ChangeBase } from "../change.ts";

export type HostAction = "install" | "update" | "configure" | "move" | "uninstall";

/** Settings of an agent that oneagentctl reads back; each is compared only where it is declared. */
export const agentSettingNames = [
  "hostGroup",
  "networkZone",
  "monitoringMode",
  "hostName",
  "hostTags",
  "hostProperties",
  "proxy",
  "autoUpdate",
  "appLogContentAccess",
  "systemLogsAccess",
] as const;

export type AgentSettingName = (typeof agentSettingNames)[number];

/** What of a host is compared. `service` and `connected` say how the agent runs. */
export type HostField = "environment" | "version" | AgentSettingName | "service" | "connected";

/** What a change holds of a host on one side: only what it is about. */
export type HostSide = Readonly<Partial<Record<HostField, Value>>>;

export interface HostColumns {
  readonly kind: "host";
  readonly customer: string;
  readonly environment: string;
  readonly group: null;
  readonly host: string;
}

export const hostColumns = (host: {
  readonly name: string;
  readonly customer: string;
  readonly environment: string;
}): HostColumns => ({
  kind: "host",
  customer: host.customer,
  environment: host.environment,
  group: null,
  host: host.name,
});

export type HostContent =
  | {
      readonly action: "install";
      /** Null: nothing is there; else an installation that was cut off. */
      readonly before: null | { readonly installation: "incomplete" };
      readonly after: HostSide;
      readonly fields: readonly HostField[];
    }
  | {
      readonly action: "update" | "configure" | "move";
      readonly before: HostSide;
      readonly after: HostSide;
      readonly fields: readonly HostField[];
    }
  | {
      readonly action: "uninstall";
      readonly before: { readonly environment: string | null; readonly version: string | null };
      readonly after: null;
      readonly fields: readonly never[];
    };

export type HostChange = ChangeBase & HostColumns & HostContent;

/** What of a host two revisions declare: the least version is declared, but never a change of a plan. */
export type DeclaredHostField = HostField | "minVersion";
export type DeclaredHostSide = Readonly<Partial<Record<DeclaredHostField, Value>>>;

interface DeclaredHostContent {
  readonly action: HostAction;
  readonly before: DeclaredHostSide | { readonly installation: "incomplete" } | null;
  readonly after: DeclaredHostSide | null;
  readonly fields: readonly DeclaredHostField[];
}

export type DeclaredHostChange = ChangeBase & HostColumns & DeclaredHostContent;

export const hostChangeId = (name: string): string => `host/${name}`;
