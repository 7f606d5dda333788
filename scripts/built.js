// What the benchmarks take of the built program: an inventory, and simulated clusters that hold what it declares.

import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A module of the program, by its path in build/. */
export const built = (path) => import(pathToFileURL(join(root, "build", path)).href);

/** The inventory of a folder, and the clusters that its clusters are simulated by; their clock is that of the machine. */
export async function loadSimulation(directory) {
  const [{ loadInventory }, { createSimulatedCluster }, { serveCluster }, { seedFromInventory }] = await Promise.all([
    built("load/load-inventory.js"),
    built("sandbox/cluster/simulated-cluster.js"),
    built("sandbox/cluster/serve-cluster.js"),
    built("sandbox/seed-from-inventory.js"),
  ]);
  const { inventory } = await loadInventory({ directory, set: [], rootCertificate: null, home: directory });
  const clock = { now: () => new Date(), sleep: (ms) => new Promise((done) => setTimeout(done, ms)) };
  const create = (name, given) =>
    createSimulatedCluster({
      ...{ name, clock, random: 1, buildInstaller: () => new Uint8Array() },
      installerVersions: ["1.313.52.20250602-150703"],
      ...given,
    });
  return { inventory, create, serveCluster, seedOf: (name) => seedFromInventory(inventory, name) };
}
