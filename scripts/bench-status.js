// Measures where the fleet stands, against the time that the requests need on their way:
//   npm run bench:status [-- ENVIRONMENTS [LATENCY]]
// The budget is 1.3 times requests x latency / requests in flight, of the cluster with the most.
import process from "node:process";
import { benchFleet } from "./fleet-bench.js";

const [environments = 5_000, latency = 30] = process.argv.slice(2).map(Number);
const hosts = Math.round(environments * 2.4);
await benchFleet({
  title: "dtsync status",
  words: ["status", "--format", "json"],
  answered: (output) => {
    const { counts } = JSON.parse(output);
    if (counts.hostsSeen !== hosts) throw new Error(`of ${hosts} hosts it saw ${counts.hostsSeen}`);
    return counts.environments - counts.unknown - counts.missing;
  },
  ...{ environments, hosts, latency },
});
