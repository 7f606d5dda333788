import type {
  ListedHost,
  ObservedEnvironment,
  ObservedGroup,
  ObservedManagementZone,
  ObservedUse,
  ObservedZoneRight,
} from "../model/observed.ts";
import {
  count,
  list,
  mapOf,
  mapped,
  object,
  oneOf,
  optional,
  orNothing,
  orNull,
  type Shape,
  ShapeMismatch,
  text,
  textLike,
  textOrTexts,
  truth,
  wholeNumber,
} from "./answer-shape.ts";

/*
 * The answers of the cluster, each described once: every member that dtsync reads, compares or writes back, with the type
 * that Dynatrace documents. A member is null or absent here only where the documentation or the answers of known versions
 * have it so.
 */

const filledText = textLike(/./s, "a text that is not empty");
/** It becomes a part of scripts and files on hosts. */
const line = textLike(/^[^\p{Cc}]+$/u, "a line of text");
const environmentId = textLike(/^[a-zA-Z0-9_-]{1,70}$/, "the id of an environment");
const agentVersion = textLike(/^\d+\.\d+\.\d+\.\d{8}-\d{6}$/, "the version of a OneAgent");
const nothingAsEmpty = <T>(shape: Shape<readonly T[]>): Shape<readonly T[]> =>
  mapped(orNothing(shape), (found) => found ?? []);
const texts = list(text);

const limitsOf = (limit: Shape<number>, ...members: readonly string[]) =>
  optional(orNull(object(Object.fromEntries(members.map((member) => [member, optional(orNull(limit))])))));

const quotas = object({
  hostUnits: limitsOf(count, "maxLimit"),
  customMetrics: limitsOf(count, "maxLimit"),
  demUnits: limitsOf(count, "monthlyLimit", "annualLimit"),
  davisDataUnits: limitsOf(count, "monthlyLimit", "annualLimit"),
  syntheticMonitors: limitsOf(count, "monthlyLimit", "annualLimit"),
  logMonitoring: limitsOf(count, "monthlyLimit", "annualLimit"),
  userSessions: limitsOf(count, "totalMonthlyLimit", "totalAnnualLimit"),
});

/** A number that is only told of: one that is none is not known, and the rest of the answer holds. */
const told: Shape<number | null> = (value) =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;

const useOf = (members: Partial<Record<keyof ObservedUse, string>>): Shape<ObservedUse | null> =>
  orNothing(
    mapped(object(Object.fromEntries(Object.values(members).map((member) => [member, told]))), (found) => {
      const use = (period: keyof ObservedUse) => found[members[period] ?? ""] ?? null;
      return { now: use("now"), month: use("month"), year: use("year") };
    }),
  );
const ofPeriods = useOf({ month: "consumedThisMonth", year: "consumedThisYear" });

const consumption: Shape<Readonly<Record<string, ObservedUse>>> = mapped(
  object({
    hostUnits: useOf({ now: "currentUsage" }),
    customMetrics: useOf({ now: "currentUsage" }),
    demUnits: ofPeriods,
    davisDataUnits: ofPeriods,
    syntheticMonitors: ofPeriods,
    logMonitoring: ofPeriods,
    sessionProperties: ofPeriods,
    userSessions: useOf({ month: "totalConsumedThisMonth", year: "totalConsumedThisYear" }),
  }),
  (found) => Object.fromEntries(Object.entries(found).flatMap(([name, use]) => (use === null ? [] : [[name, use]]))),
);

/** What stands in the objects of quotas. */
interface QuotaObjects {
  readonly quotas: NonNullable<ObservedEnvironment["quotas"]>;
  readonly consumption?: NonNullable<ObservedEnvironment["consumption"]>;
}

const quotasAlone: Shape<QuotaObjects> = (value) => ({ quotas: quotas(value) });
const quotasAndUse: Shape<QuotaObjects> = (value) => ({ quotas: quotas(value), consumption: consumption(value) });

/** How a storage limit without end reads is not documented, so it need not be a number from 0 on. */
const storage = object({
  transactionStorage: limitsOf(wholeNumber, "maxLimit"),
  sessionReplayStorage: limitsOf(wholeNumber, "maxLimit"),
  symbolFilesFromMobileApps: limitsOf(wholeNumber, "maxLimit"),
  logMonitoringStorage: limitsOf(wholeNumber, "maxLimit"),
  logMonitoringV2Storage: limitsOf(wholeNumber, "maxLimit"),
  serviceRequestLevelRetention: limitsOf(wholeNumber, "maxLimitInDays"),
  serviceCodeLevelRetention: limitsOf(wholeNumber, "maxLimitInDays"),
  rumNonAggregatedDataRetention: limitsOf(wholeNumber, "maxLimitInDays"),
  realUserMonitoringRetention: limitsOf(wholeNumber, "maxLimitInDays"),
  syntheticMonitoringRetention: limitsOf(wholeNumber, "maxLimitInDays"),
  sessionReplayRetention: limitsOf(wholeNumber, "maxLimitInDays"),
  logMonitoringRetention: limitsOf(wholeNumber, "maxLimitInDays"),
  logMonitoringV2Retention: limitsOf(wholeNumber, "maxLimitInDays"),
  userActionsPerMinute: limitsOf(wholeNumber, "maxLimit"),
  transactionTrafficQuota: limitsOf(wholeNumber, "maxLimit"),
});

const environmentWith = (quotaObjects: Shape<QuotaObjects>): Shape<ObservedEnvironment> =>
  mapped(
    object({
      id: environmentId,
      name: filledText,
      state: oneOf("ENABLED", "DISABLED"),
      trial: orNothing(truth),
      tags: nothingAsEmpty(texts),
      quotas: orNothing(quotaObjects),
      storage: orNothing(storage),
    }),
    (found) => ({
      id: found.id,
      name: found.name,
      state: found.state,
      trial: found.trial ?? false,
      tags: found.tags,
      ...found.quotas,
      ...(found.storage === null ? {} : { storage: found.storage }),
    }),
  );

export const environment = environmentWith(quotasAlone);
/** With what is used of its quotas: to read that takes as long as the rest. */
export const environmentAndUse = environmentWith(quotasAndUse);

/** One page of a list, and the key that the next one is asked for with; null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Items of the whole list; null: it does not say. */
  readonly totalCount: number | null;
  readonly nextPageKey: string | null;
}

const nextPageKey = mapped(orNothing(text), (key) => (key === "" ? null : key));
const paging = { totalCount: count, nextPageKey };

const pageOf = (item: Shape<ObservedEnvironment>): Shape<Page<ObservedEnvironment>> =>
  mapped(object({ ...paging, environments: list(item) }), ({ environments, ...page }) => ({
    ...page,
    items: environments,
  }));

export const environmentPage = pageOf(environment);
export const environmentAndUsePage = pageOf(environmentAndUse);

/** The account flags are read under the names of new and of old versions. */
export const group: Shape<ObservedGroup> = mapped(
  object({
    id: filledText,
    name: filledText,
    isClusterAdminGroup: truth,
    isAccessAccount: orNothing(truth),
    isManageAccount: orNothing(truth),
    hasAccessAccountRole: orNothing(truth),
    hasManageAccountAndViewProductUsageRole: orNothing(truth),
    ldapGroupNames: nothingAsEmpty(texts),
    ssoGroupNames: nothingAsEmpty(texts),
    accessRight: orNothing(mapOf(texts)),
  }),
  (found) => {
    const isAccessAccount = found.isAccessAccount ?? found.hasAccessAccountRole;
    const isManageAccount = found.isManageAccount ?? found.hasManageAccountAndViewProductUsageRole;
    return {
      id: found.id,
      name: found.name,
      isClusterAdminGroup: found.isClusterAdminGroup,
      ldapGroupNames: found.ldapGroupNames,
      ssoGroupNames: found.ssoGroupNames,
      accessRight: found.accessRight ?? {},
      ...(isAccessAccount === null ? {} : { isAccessAccount }),
      ...(isManageAccount === null ? {} : { isManageAccount }),
    };
  },
);

export const groupList = list(group);

const managementZoneId = textLike(/^-?\d{1,19}$/, "the id of a management zone");

const zoneRights = object({
  groupId: filledText,
  mzPermissionsPerEnvironment: nothingAsEmpty(
    list(
      object({
        environmentUuid: environmentId,
        mzPermissions: nothingAsEmpty(list(object({ mzId: managementZoneId, permissions: nothingAsEmpty(texts) }))),
      }),
    ),
  ),
});

/** What one group has on management zones. Zones on which it has nothing are left out. */
export interface ZoneRightsOfGroup {
  /** Id of the group. */
  readonly id: string;
  readonly rights: readonly ObservedZoneRight[];
}

export const zoneRightsOfGroup: Shape<ZoneRightsOfGroup> = mapped(
  zoneRights,
  ({ groupId, mzPermissionsPerEnvironment }) => ({
    id: groupId,
    rights: mzPermissionsPerEnvironment.flatMap(({ environmentUuid, mzPermissions }) =>
      mzPermissions.flatMap(({ mzId, permissions }) =>
        permissions.length === 0 ? [] : [{ group: groupId, environment: environmentUuid, zone: mzId, permissions }],
      ),
    ),
  }),
);

export const zoneRightsOfGroups = list(zoneRightsOfGroup);

/** All zones of an environment, in one answer. */
export const managementZones: Shape<readonly ObservedManagementZone[]> = mapped(
  object({ values: list(object({ id: managementZoneId, name: filledText })) }),
  ({ values }) => values,
);

/**
 * What was asked for by its id, and nothing else: the id of an answer is what is written to or deleted next. Clusters may
 * spell ids in another case.
 */
export const ofId =
  <T extends { readonly id: string }>(shape: Shape<T>, id: string): Shape<T> =>
  (value) => {
    const found = shape(value);
    if (found.id.toLowerCase() === id.toLowerCase()) return found;
    throw new ShapeMismatch("is another one than was asked for", "id");
  };

/** A token in a list: never its secret. */
export interface ListedToken {
  readonly id: string;
  /** Empty where it has none. */
  readonly name: string;
}

/** A token of an environment in a list. */
export interface ListedApiToken extends ListedToken {
  /** Unix milliseconds; null where the cluster does not say. */
  readonly created: number | null;
}

const listedTokenMembers = { id: filledText, name: mapped(orNothing(text), (name) => name ?? "") };
const listedToken: Shape<ListedToken> = object(listedTokenMembers);
const listedApiToken: Shape<ListedApiToken> = mapped(
  object({ ...listedTokenMembers, creationDate: optional(orNull(text)) }),
  ({ creationDate, ...token }) => ({ ...token, created: timeOf(creationDate ?? null) }),
);

function timeOf(date: string | null): number | null {
  const time = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? null : time;
}

export const clusterTokenList: Shape<readonly ListedToken[]> = mapped(
  object({ values: list(listedToken) }),
  ({ values }) => values,
);

/** A new token of the cluster, or one that manages the tokens of an environment; its id is in the secret. */
export const newClusterToken = object({ token: line });
export const newApiToken = object({ id: filledText, token: line });

export const apiTokenPage: Shape<Page<ListedApiToken>> = mapped(
  object({ ...paging, apiTokens: mapped(optional(list(listedApiToken)), (found) => found ?? []) }),
  ({ apiTokens, ...page }) => ({ ...page, items: apiTokens }),
);

/** What an agent needs to connect. `tenantToken` is a secret. */
export interface ConnectionInfo {
  readonly tenant: string;
  readonly tenantToken: string;
  /** Ready for `--set-server`. */
  readonly server: string;
}

const joined = mapped(textOrTexts, (found) => (typeof found === "string" ? found : found.join(";")));

const filledEndpoints = object({ formattedCommunicationEndpoints: line });

/** The endpoints are text in present versions and were a list in 2022; both are understood. */
export const connectionInfo: Shape<ConnectionInfo> = mapped(
  object({
    tenantUUID: environmentId,
    tenantToken: line,
    communicationEndpoints: optional(texts),
    formattedCommunicationEndpoints: orNothing(joined),
  }),
  (found) => {
    const endpoints = found.formattedCommunicationEndpoints ?? found.communicationEndpoints?.join(";");
    const { formattedCommunicationEndpoints: server } = filledEndpoints({ formattedCommunicationEndpoints: endpoints });
    return { tenant: found.tenantUUID, tenantToken: found.tenantToken, server };
  },
);

export const latestAgentVersion: Shape<string> = mapped(
  object({ latestAgentVersion: agentVersion }),
  (found) => found.latestAgentVersion,
);

export const availableAgentVersions: Shape<readonly string[]> = mapped(
  object({ availableVersions: list(agentVersion) }),
  (found) => found.availableVersions,
);

/** As many of its parts as the environment has, in their order. */
const agentVersionParts = mapped(
  object({ major: count, minor: count, revision: orNothing(count), timestamp: orNothing(text) }),
  ({ major, minor, revision, timestamp }) => {
    const parts = revision === null ? [major, minor] : [major, minor, revision];
    const isWhole = parts.length === 3 && timestamp !== null && /^\d{8}-\d{6}$/.test(timestamp);
    return [...parts, ...(isWhole ? [timestamp] : [])].join(".");
  },
);

const listedHost: Shape<ListedHost> = mapped(
  object({
    availabilityState: orNothing(text),
    currentNetworkZoneId: orNothing(text),
    hostInfo: object({
      entityId: filledText,
      displayName: orNothing(text),
      oneAgentCustomHostName: orNothing(text),
      localHostName: orNothing(text),
      discoveredName: orNothing(text),
      ipAddresses: nothingAsEmpty(texts),
      agentVersion: orNothing(agentVersionParts),
      hostGroup: orNothing(object({ name: orNothing(text) })),
      networkZoneId: orNothing(text),
    }),
  }),
  ({ availabilityState, currentNetworkZoneId, hostInfo }) => ({
    id: hostInfo.entityId,
    displayName: hostInfo.displayName,
    customName: hostInfo.oneAgentCustomHostName,
    localName: hostInfo.localHostName,
    discoveredName: hostInfo.discoveredName,
    addresses: hostInfo.ipAddresses,
    state: availabilityState,
    version: hostInfo.agentVersion,
    hostGroup: hostInfo.hostGroup?.name ?? null,
    networkZone: hostInfo.networkZoneId ?? currentNetworkZoneId,
  }),
);

/** One page of the hosts of an environment. It may be empty without being the last. */
export const listedHostPage: Shape<Page<ListedHost>> = mapped(
  object({ nextPageKey, hosts: list(listedHost) }),
  ({ hosts, nextPageKey: key }) => ({ items: hosts, totalCount: null, nextPageKey: key }),
);

/** A problem in the list of an environment. */
export interface ListedProblem {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  /** Unix milliseconds. */
  readonly start: number;
  /** Null: it is open. */
  readonly end: number | null;
}

const listedProblem: Shape<ListedProblem> = mapped(
  object({
    problemId: filledText,
    title: orNothing(text),
    severityLevel: filledText,
    startTime: count,
    endTime: wholeNumber,
  }),
  ({ problemId, title, severityLevel, startTime, endTime }) => ({
    id: problemId,
    title: title ?? "",
    severity: severityLevel,
    start: startTime,
    end: endTime < 0 ? null : endTime,
  }),
);

export const listedProblemPage: Shape<Page<ListedProblem>> = mapped(
  object({ ...paging, problems: list(listedProblem) }),
  ({ problems, ...page }) => ({ ...page, items: problems }),
);
