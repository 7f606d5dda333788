import { createHash } from "node:crypto";
import {
  constraintsViolated,
  emptyAnswer,
  errorAnswer,
  jsonAnswer,
  pathViolation,
  queryViolation,
  rawAnswer,
  textAnswer,
} from "./answers.ts";
import type { EnvironmentRecord } from "./snapshot.ts";
import { compareVersions } from "./versions.ts";
import { type Exchange, environmentOf, param, type Route, type World } from "./world.ts";

const base = "/e/:environmentId/api/v1/deployment/installer/agent";
const scopes = ["InstallerDownload"];
const architectures = ["all", "arm", "ppc", "ppcle", "s390", "sparc", "x86"];
const systems = ["windows", "unix", "aix", "solaris", "zos"];
const kinds = ["default", "default-unattended", "mainframe", "paas", "paas-sh"];

/** Where agents of an environment are to connect, best first. */
function endpointsOf(origin: string, environment: EnvironmentRecord): readonly string[] {
  return [`${origin}/e/${environment.id}/communication`];
}

/** 404 for a network zone that does not exist, unless the caller takes the default one then. */
function zoneRefusal(world: World, { query }: Exchange): Response | null {
  const zone = query.get("networkZone");
  if (zone === null || zone === "" || query.get("defaultZoneFallback") === "true") return null;
  const known = world.state.networkZones.some((name) => name.toLowerCase() === zone.toLowerCase());
  return known ? null : errorAnswer(404, `Network zone ${zone} does not exist`);
}

function connectionInfo(world: World, exchange: Exchange): Response {
  const refusal = zoneRefusal(world, exchange);
  if (refusal !== null) return refusal;
  const environment = environmentOf(exchange);
  const endpoints = endpointsOf(exchange.url.origin, environment);
  return jsonAnswer({
    tenantUUID: environment.id,
    tenantToken: environment.tenantToken,
    communicationEndpoints: endpoints,
    formattedCommunicationEndpoints: world.switches.formattedEndpoints === "list" ? endpoints : endpoints.join(";"),
  });
}

function connectionEndpoints(world: World, exchange: Exchange): Response {
  const refusal = zoneRefusal(world, exchange);
  return refusal ?? textAnswer(endpointsOf(exchange.url.origin, environmentOf(exchange)).join(";"));
}

interface Installer {
  readonly system: string;
  readonly kind: string;
  readonly arch: string;
}

/** Which installer is asked for, or the answer that refuses. Only host installers for Linux exist here. */
function installerOf(exchange: Exchange): Installer | Response {
  const system = param(exchange, "osType");
  const kind = param(exchange, "installerType");
  const arch = exchange.query.get("arch") ?? "all";
  const violations = [
    ...(systems.includes(system) ? [] : [pathViolation("osType", `must be one of ${systems.join(", ")}`)]),
    ...(kinds.includes(kind) ? [] : [pathViolation("installerType", `must be one of ${kinds.join(", ")}`)]),
    ...(architectures.includes(arch) ? [] : [queryViolation("arch", `must be one of ${architectures.join(", ")}`)]),
  ];
  if (violations.length > 0) return constraintsViolated(violations);
  if (system !== "unix" || kind !== "default" || arch === "sparc") {
    return errorAnswer(404, `There is no ${kind} installer for ${system} on ${arch}`);
  }
  return { system, kind, arch: arch === "all" ? "x86" : arch };
}

/** What `latest` stands for: the target version of the environment, which need not be the newest. */
function latestVersion(world: World, environment: EnvironmentRecord): string | undefined {
  if (environment.installerVersion !== null) return environment.installerVersion;
  return [...world.installerVersions].sort(compareVersions).at(-1);
}

function listVersions(world: World, exchange: Exchange): Response {
  const installer = installerOf(exchange);
  if (installer instanceof Response) return installer;
  // The order is not documented: here it is neither that of the text nor that of the numbers.
  const reversed = (text: string): string => [...text].reverse().join("");
  const versions = [...world.installerVersions].sort((left, right) => (reversed(left) < reversed(right) ? -1 : 1));
  return jsonAnswer({ availableVersions: versions });
}

function latestMetainfo(world: World, exchange: Exchange): Response {
  const installer = installerOf(exchange);
  if (installer instanceof Response) return installer;
  const version = latestVersion(world, environmentOf(exchange));
  return version === undefined
    ? errorAnswer(404, "There is no installer")
    : jsonAnswer({ latestAgentVersion: version });
}

function download(world: World, exchange: Exchange, version: string | undefined): Response {
  const installer = installerOf(exchange);
  if (installer instanceof Response) return installer;
  if (version === undefined || !world.installerVersions.includes(version)) {
    return errorAnswer(404, `There is no installer of version ${version ?? "latest"}`);
  }
  const refusal = zoneRefusal(world, exchange);
  if (refusal !== null) return refusal;
  const environment = environmentOf(exchange);
  const request = {
    version,
    arch: installer.arch,
    endpoint: endpointsOf(exchange.url.origin, environment).join(";"),
    tenant: environment.id,
    tenantToken: environment.tenantToken,
  };
  const etag = `"${createHash("sha256").update(JSON.stringify(request)).digest("hex").slice(0, 32)}"`;
  const headers = world.switches.etag ? { etag } : {};
  const wanted = exchange.request.headers.get("if-none-match");
  if (world.switches.etag && wanted?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag)) {
    return emptyAnswer(304, headers);
  }
  const content = new Uint8Array(world.buildInstaller(request));
  return rawAnswer(content, 200, { "content-type": "application/octet-stream", ...headers });
}

/** Documented for code modules alone, of which there are none here. */
function checksum(_world: World, exchange: Exchange): Response {
  const installer = installerOf(exchange);
  return installer instanceof Response ? installer : errorAnswer(404, "There is no checksum of this installer");
}

/** OneAgent installers and what an agent needs to connect. */
export const deploymentRoutes: readonly Route[] = [
  { path: "connectioninfo", respond: connectionInfo },
  { path: "connectioninfo/endpoints", respond: connectionEndpoints },
  { path: "versions/:osType/:installerType", respond: listVersions },
  { path: ":osType/:installerType/latest/metainfo", respond: latestMetainfo },
  {
    path: ":osType/:installerType/latest",
    respond: (world: World, exchange: Exchange) =>
      download(world, exchange, latestVersion(world, environmentOf(exchange))),
  },
  {
    path: ":osType/:installerType/version/:version",
    respond: (world: World, exchange: Exchange) => download(world, exchange, param(exchange, "version")),
  },
  { path: ":osType/:installerType/version/:version/checksum", respond: checksum },
].map(({ path, respond }) => ({ method: "GET", path: `${base}/${path}`, scopes, writes: false, respond }));
