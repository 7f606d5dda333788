import { ApiError, isStatus } from "../../dynatrace/api-error.ts";
import type { Client } from "../../dynatrace/client.ts";
import { countEnvironments, readGroups } from "../../dynatrace/cluster-api.ts";
import {
  reachesDeployment,
  readHealth,
  readLicence,
  readMaintenance,
  readNodes,
  readServerTime,
  writeObstacle,
} from "../../dynatrace/preflight.ts";
import { resolveProxy } from "../../dynatrace/resolve-proxy.ts";
import { DtsyncError, errorMessage } from "../../errors.ts";
import { isLoopback } from "../../lib/loopback.ts";
import { originPlace } from "../../lib/read-origin.ts";
import { compareVersions } from "../../lib/versions.ts";
import { type Check, checksOf } from "../../model/checkup.ts";
import type { Cluster } from "../../model/inventory.ts";
import { TokenUnavailable } from "../../secrets/resolve-token.ts";
import { mayHoldToken } from "../../secrets/token-variables.ts";
import { trustClusters } from "../../secrets/trust-clusters.ts";
import type { Context } from "../context.ts";
import type { ClusterAccess } from "../open-cluster.ts";
import { openCluster } from "../open-cluster.ts";
import { day, inDays, leastDays } from "./days.ts";
import { clusterPolicies, environmentPolicies } from "./policy-checks.ts";
import { tokenCheck } from "./token-check.ts";
import { withinTime } from "./within-time.ts";

type Checks = ReturnType<typeof checksOf>;

const oldestVersion = "1.252";
const mostSkew = 60_000;
/** Milliseconds for one check. */
const patience = 20_000;

/** What of a cluster is in scope, as ids of environments. */
export interface ClusterScope {
  readonly environments: readonly string[];
  /** Those that hosts report to. */
  readonly deployed: readonly string[];
  /** Whether rights on management zones are declared. */
  readonly zones: boolean;
}

/** All that a run needs of one cluster. Nothing is sent to an origin that nobody has allowed. */
export async function clusterChecks(
  cluster: Cluster,
  access: ClusterAccess,
  { environments, deployed, zones }: ClusterScope,
  context: Context,
): Promise<readonly Check[]> {
  const checks = checksOf(`cluster/${cluster.name}`);
  const decision = await trustClusters([cluster], context.variables);
  if (decision.unknown.length > 0) {
    return [
      decision.inSandbox
        ? checks.failure("origin", `the sandbox does not serve ${cluster.url}`, "ask it outside of the sandbox")
        : checks.failure(
            "origin",
            `nobody has allowed to send a token to ${cluster.url}`,
            `export DTSYNC_ORIGINS=${[...decision.variable, cluster.url].join(",")}`,
          ),
    ];
  }
  const allowed = [checks.ok("origin", `${cluster.url} is allowed`), proxy(cluster, context, checks)];
  if (allowed.some(({ state }) => state === "failure")) return allowed;
  let opened: Awaited<ReturnType<typeof openCluster>>;
  try {
    opened = await openCluster(cluster, access, context);
  } catch (error) {
    return [...allowed, notOpened(cluster, error, access, context, checks)];
  }
  try {
    const { client } = opened;
    const groups = once(() => readGroups(client));
    const within = (id: string, ask: () => Promise<Check>) =>
      withinTime(guarded(checks, id, ask), patience, () => tooSlow(checks, id), context);
    const reached = await within("reach", () => reach(client, cluster, context, checks));
    const shown = () => within("certificate", () => certificate(cluster, context, checks));
    if (reached.state === "failure") return [...allowed, await shown(), reached];
    return [
      ...allowed,
      ...(await Promise.all([
        reached,
        shown(),
        within("clock", () => clock(client, context, checks)),
        within("token", () =>
          tokenCheck(client, { hosts: deployed.length > 0, zones }, context.clock.now().getTime(), checks),
        ),
        within("environments", () => readable(checks, "environments", () => countEnvironments(client))),
        within("groups", () => readable(checks, "groups", async () => (await groups()).length)),
        within("version", () => version(client, checks)),
        within("maintenance", () => maintenance(client, checks)),
        within("licence", () => licence(client, checks)),
        within("policies", () => clusterPolicies(client, groups, checks)),
        ...(environments.length === 0
          ? []
          : [within("environment-policies", () => environmentPolicies(client, environments, groups, checks))]),
        ...deployed.slice(0, 1).map((id) => within("deployment", () => deployment(client, id, checks))),
      ])),
    ];
  } finally {
    await opened.close();
  }
}

/** What keeps the cluster from being asked at all. */
function notOpened(
  { token }: Cluster,
  error: unknown,
  { allowCommands }: ClusterAccess,
  { variables }: Context,
  { failure }: Checks,
): Check {
  const message = errorMessage(error);
  if (!(error instanceof TokenUnavailable)) return failure("certificate", message, "correct ca: in dtsync.yaml");
  if ("file" in token) return failure("token", message, `write a token into ${token.file}, for you alone to read`);
  if ("command" in token)
    return failure(
      "token",
      message,
      allowCommands ? "correct token: in dtsync.yaml" : "dtsync doctor --allow-commands",
    );
  const { env } = token;
  return failure(
    "token",
    message,
    mayHoldToken(env, variables) ? `read -rs ${env} && export ${env}` : `export DTSYNC_TOKEN_VARIABLES=${env}`,
  );
}

/** The same work for everybody who asks for it, begun by the first. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | null = null;
  return () => {
    begun ??= work();
    return begun;
  };
}

/** A cluster that takes this long to say a word cannot be worked with, whatever it would say. */
const tooSlow = (checks: Checks, id: string): Check =>
  id === "reach"
    ? checks.failure(id, `it did not answer within ${patience / 1_000} s`, "check the url, the network and the proxy")
    : checks.unknown(id, `it did not answer within ${patience / 1_000} s`, "try again when the cluster is less busy");

/** What could not be asked is not known; a token that is refused is a failure of the token alone. */
async function guarded(checks: Checks, id: string, ask: () => Promise<Check>): Promise<Check> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // A cluster may answer that there is no such token.
    return id === "token" && isStatus(error, 401, 404)
      ? checks.failure(id, `the token is refused: ${error.message}`, error.hint ?? "make another one")
      : checks.unknown(id, `could not be read: ${error.message}`, error.hint);
  }
}

/** By which way a cluster is reached. */
function proxy({ url }: Cluster, { variables }: Context, { ok, failure }: Checks): Check {
  try {
    const found = resolveProxy(url, variables);
    return ok(
      "proxy",
      found === null ? "it is reached without a proxy" : `it is reached through the proxy ${found.place}`,
    );
  } catch (error) {
    if (!(error instanceof DtsyncError)) throw error;
    return failure("proxy", error.message, error.hint);
  }
}

/** What to try where nothing answers. */
function otherWay({ url }: Cluster, { variables }: Context): string {
  const { host } = originPlace(url);
  if (isLoopback(host)) return "check the url";
  const found = resolveProxy(url, variables);
  return found === null
    ? "check the url and the network; behind a proxy: export HTTPS_PROXY=http://proxy.example.com:3128"
    : `check the url and the proxy ${found.place}; without it: export NO_PROXY=${host}`;
}

async function reach(
  client: Client,
  cluster: Cluster,
  context: Context,
  { ok, warning, failure }: Checks,
): Promise<Check> {
  try {
    return (await readHealth(client))
      ? ok("reach", "it answers, and says that it runs")
      : warning("reach", "it answers, but does not say that it runs", "look at the state of its nodes in its console");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.details.status === null) return failure("reach", error.message, error.hint ?? otherWay(cluster, context));
    // No other command asks this, so what they ask may be answered all the same.
    return warning(
      "reach",
      `it answers, but does not say whether it runs: ${error.message}`,
      error.hint ??
        "let /rest/health through, or look at the state of its nodes in its console: what runs ask is checked below",
    );
  }
}

async function certificate(
  cluster: Cluster,
  { variables, clock }: Context,
  { ok, warning, failure, unknown }: Checks,
): Promise<Check> {
  const { host } = originPlace(cluster.url);
  if (cluster.url.startsWith("http:")) return ok("certificate", "plain http, which is allowed to loopback only");
  const proxy = resolveProxy(cluster.url, variables);
  if (proxy !== null && !isLoopback(host))
    return unknown("certificate", `behind the proxy ${proxy.place}, so its certificate is not looked at`);
  try {
    const { readCertificate } = await import("../../dynatrace/certificate.ts");
    const { validUntil } = await readCertificate(cluster.url, cluster.ca);
    const days = Math.floor((validUntil - clock.now().getTime()) / day);
    return days >= leastDays
      ? ok("certificate", `its certificate is trusted and valid for ${days} more days`)
      : warning("certificate", `its certificate expires ${inDays(days)}`, "have it renewed");
  } catch (error) {
    // What has no certificate to show is not reached, which is a check of its own.
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (/^(?:E[A-Z_]+|)$/.test(code) && !code.startsWith("ERR_"))
      return unknown("certificate", `its certificate could not be looked at: ${errorMessage(error)}`);
    return failure(
      "certificate",
      `its certificate is not trusted: ${errorMessage(error)}`,
      "name the authority with ca: in dtsync.yaml, or correct the url",
    );
  }
}

async function clock(client: Client, { clock: own }: Context, { ok, warning, unknown }: Checks): Promise<Check> {
  const time = await readServerTime(client);
  if (time === null) return unknown("clock", "its answers do not say what time it is there");
  const skew = Math.abs(own.now().getTime() - time);
  return skew <= mostSkew
    ? ok("clock", "its clock and that of this machine agree")
    : warning(
        "clock",
        `its clock and that of this machine are ${Math.round(skew / 1_000)} s apart`,
        "set both by NTP: tokens of a run live by that clock",
      );
}

/** What every plan reads. It is counted where the answer tells how many there are. */
async function readable(
  { ok, failure }: Checks,
  id: "environments" | "groups",
  read: () => Promise<number | null>,
): Promise<Check> {
  try {
    const found = await read();
    return ok(id, `its ${id} can be read${found === null ? "" : `: ${found}`}`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return failure(id, `its ${id} cannot be read: ${error.message}`, error.hint);
  }
}

async function version(client: Client, { ok, warning, failure, unknown }: Checks): Promise<Check> {
  const nodes = await readNodes(client);
  const builds = [...new Set(nodes.flatMap(({ build }) => build ?? []))].sort(compareVersions);
  const [lowest] = builds;
  if (lowest === undefined) return unknown("version", "its nodes do not say which version they have");
  const obstacle = writeObstacle(nodes);
  if (obstacle !== null) return failure("version", obstacle, "look at its console");
  if (compareVersions(lowest, oldestVersion) < 0)
    return failure("version", `version ${lowest} is older than ${oldestVersion}`, "update the cluster");
  if (builds.length > 1)
    return warning(
      "version",
      `its nodes have several versions (${builds.join(", ")}): an update is under way`,
      "apply when it is over",
    );
  const odd = nodes.filter(({ state }) => state !== null && state !== "RUNNING");
  return odd.length === 0
    ? ok("version", `version ${lowest}, ${nodes.length} node${nodes.length === 1 ? "" : "s"} running`)
    : warning(
        "version",
        `version ${lowest}; nodes that are not running: ${odd.map(({ state }) => state).join(", ")}`,
        "look at its console",
      );
}

async function maintenance(client: Client, { ok, warning, unknown }: Checks): Promise<Check> {
  const found = await readMaintenance(client);
  if (found === null) return unknown("maintenance", "this version does not tell whether it is under maintenance");
  return found.reason === null
    ? ok("maintenance", "no maintenance")
    : warning("maintenance", `it is under maintenance: ${found.reason}`, "apply when it is over");
}

async function licence(client: Client, { ok, warning }: Checks): Promise<Check> {
  const { status, quotas } = await readLicence(client);
  if (!quotas) return ok("licence", "a licence without quotas (DPS): declared ones are not compared");
  if (status === null) return ok("licence", "a licence with quotas; whether it is valid the cluster does not tell");
  return status === "VALID"
    ? ok("licence", "the licence is valid, with quotas")
    : warning("licence", `the licence is ${status}`, "new environments may be refused");
}

async function deployment(client: Client, environment: string, { ok, warning, unknown }: Checks): Promise<Check> {
  const found = await reachesDeployment(client, environment);
  if (found === null)
    return unknown("deployment", `${environment} is not there yet, so the API of installers was not asked`);
  return found
    ? ok("deployment", "the API that installers come from answers")
    : warning(
        "deployment",
        "the API that installers come from does not answer as it should",
        "see that what stands before the cluster lets /e/ through",
      );
}
