import { jsonAnswer, textAnswer } from "./answers.ts";
import { v1Failure } from "./error-form.ts";
import { compareVersions } from "./versions.ts";
import type { Route, World } from "./world.ts";

const base = "/api/v1.0/onpremise";
const statusScopes = ["ServiceProviderAPI", "ControlManagement", "UnattendedInstall", "Nodekeeper"];

/** Ends an upgrade whose time has passed. */
export function settleUpgrade(world: World): void {
  const { upgrade } = world.state;
  if (upgrade === null || world.now() < upgrade.until) return;
  world.state.version = upgrade.version;
  world.state.upgrade = null;
}

function nodes(world: World): Response {
  const { upgrade, version } = world.state;
  return jsonAnswer(
    world.passing.nodes.map((node, index) => ({
      id: node.id,
      clusterMemberAddress: `127.0.0.${node.id}`,
      operationState: node.operationState,
      // While an upgrade rolls through, the first nodes have the new build and the others the old one.
      buildVersion: upgrade !== null && index === 0 ? upgrade.version : version,
      osInfo: "Platform: Linux",
      jvmInfo: null,
      restServiceRootUris: [],
      communicationUris: [],
      dnsEntryPointUris: [],
    })),
  );
}

function maintenance(world: World): Response {
  if (compareVersions(world.state.version, "1.320") < 0) return v1Failure(world, 404, "HTTP 404 Not Found");
  return jsonAnswer({ message: "There is no maintenance." });
}

function clusterLicense(world: World): Response {
  if (compareVersions(world.state.version, "1.326") < 0) {
    return jsonAnswer({ error: { code: 404, message: "HTTP 404 Not Found" } }, 404);
  }
  if (world.licence === "dps") {
    return jsonAnswer({ error: { code: 422, message: "Not available for the licence of this cluster" } }, 422);
  }
  return jsonAnswer({
    clusterId: world.state.clusterUuid,
    productVersion: world.state.version,
    licenseType: "PAYING",
    licenseStatus: "VALID",
    licenseExpirationTime: null,
    usageOfHostUnits: null,
  });
}

/** Nodes, version, maintenance and licence of the cluster, and the health check of load balancers. */
export const clusterNodeRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${base}/cluster`,
    scopes: ["ServiceProviderAPI", "ControlManagement", "Nodekeeper"],
    writes: false,
    respond: nodes,
  },
  {
    method: "GET",
    path: `${base}/cluster/metadata`,
    scopes: ["ServiceProviderAPI"],
    writes: false,
    respond: (world) => jsonAnswer({ clusterUuid: world.state.clusterUuid, clusterName: world.name }),
  },
  {
    method: "GET",
    path: `${base}/cluster/maintenance`,
    scopes: ["ServiceProviderAPI"],
    writes: false,
    respond: maintenance,
  },
  {
    method: "GET",
    path: `${base}/nodeManagement/productVersion`,
    scopes: statusScopes,
    writes: false,
    respond: (world) => jsonAnswer({ productVersion: world.state.version }),
  },
  {
    method: "GET",
    path: `${base}/nodeManagement/nodeServerStatus`,
    scopes: statusScopes,
    writes: false,
    respond: (world) => jsonAnswer(world.passing.nodes[0]?.operationState ?? "UNDEFINED"),
  },
  {
    method: "GET",
    path: `${base}/upgradeManagement/clusterUpgradeStartupState`,
    scopes: statusScopes,
    writes: false,
    respond: (world) => jsonAnswer({ state: world.state.upgrade === null ? "NOT_RUNNING" : "RUNNING", error: null }),
  },
  {
    method: "GET",
    path: `${base}/userRepository/authenticationMode`,
    scopes: ["ServiceProviderAPI"],
    writes: false,
    respond: ({ switches }) =>
      jsonAnswer({
        authenticationProvider: switches.userRepository,
        authorizationProvider: switches.userRepository,
        ssoOnly: false,
      }),
  },
  {
    method: "GET",
    path: "/api/cluster/v2/clusterLicense",
    scopes: ["ServiceProviderAPI"],
    writes: false,
    respond: clusterLicense,
  },
  {
    method: "GET",
    path: "/rest/health",
    scopes: "none",
    writes: false,
    // Documented with the quotes.
    respond: () => textAnswer('"RUNNING"'),
  },
];
