// Measures one question to every environment, against the time that the requests need on their way:
//   npm run bench:api [-- ENVIRONMENTS [LATENCY]]
// The budget is 1.3 times requests x latency / requests in flight, of the cluster with the most.
import process from "node:process";
import { benchFleet } from "./fleet-bench.js";

const [environments = 2_900, latency = 200] = process.argv.slice(2).map(Number);
await benchFleet({
  title: "dtsync api",
  words: ["api", "/api/v2/problems"],
  answered: (output) => output.split("\n").filter((line) => line.includes('"status":200')).length,
  ...{ environments, hosts: environments, latency },
});
