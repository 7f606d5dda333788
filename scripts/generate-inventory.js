// Writes a valid inventory of any size, always the same for the same numbers:
//   node scripts/generate-inventory.js DIR ENVIRONMENTS CUSTOMERS HOSTS [CLUSTERS]
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

const stages = ["p", "t", "d", "q"];
const networkZones = ["frankfurt", "dublin", "singapore", "sydney"];

const settingsFile = (clusters) => `# yaml-language-server: $schema=../schema/dtsync.schema.json
version: 1
clusters:
${clusters.map(clusterLines).join("\n")}
roles:
  viewer: [VIEWER]
  operator: [viewer, LOG_VIEWER, MANAGE_SETTINGS]
  deployer: [AGENT_INSTALL]
groups:
  - name: "{customer}-operators"
    ldapGroupNames: ["cn={customer}-operators,ou=groups,dc=example,dc=com"]
    access:
      "{customer}-*": [operator, deployer]
  - name: "{customer}-viewers"
    ldapGroupNames: ["cn={customer}-viewers,ou=groups,dc=example,dc=com"]
    access:
      "{customer}-p*": viewer
  - name: noc
    access:
      "*-p*": [viewer, LOG_VIEWER]
  - name: platform-admins
    isClusterAdminGroup: true
    clusters: [${clusters.join(", ")}]
defaults:
  environment:
    tags: [managed-by:dtsync]
  oneagent:
    version: latest
    monitoringMode: fullstack
  ssh:
    user: deploy
    become: sudo
safety:
  protect: ["*-p*"]
  breakGlass: [platform-admins]
`;

function clusterLines(name) {
  return `  ${name}:
    url: https://dynatrace.${name}.example.com
    token: { env: DTSYNC_TOKEN_${name.toUpperCase()} }`;
}

function customerId(index) {
  return `c${String(index + 1).padStart(5, "0")}`;
}

function environmentKey(index) {
  return `${stages[index % stages.length]}${Math.floor(index / stages.length) + 1}`;
}

/** Spreads `total` over `parts`, as evenly as whole numbers allow. */
function share(total, parts, index) {
  return Math.floor(((index + 1) * total) / parts) - Math.floor((index * total) / parts);
}

function hostLines(id, count) {
  if (count === 0) return ["    hosts: []"];
  const lines = ["    hosts:"];
  const ranged = Math.max(0, count - 1);
  if (ranged > 0) lines.push(`      - web[01-${String(ranged).padStart(2, "0")}].${id}.example.com`);
  lines.push(
    `      - name: db01.${id}.example.com`,
    `        oneagent: { hostGroup: ${id}-db, hostTags: [tier=db], hostProperties: { owner: dba } }`,
  );
  return lines;
}

function customerFile(index, environments, hostsOf, clusters) {
  const customer = customerId(index);
  const lines = [
    "# yaml-language-server: $schema=../../../schema/customer.schema.json",
    `customer: ${customer}`,
    `name: Customer ${index + 1}`,
    `cluster: ${clusters[index % clusters.length]}`,
    environments === 0 ? "environments: {}" : "environments:",
  ];
  for (let position = 0; position < environments; position += 1) {
    const key = environmentKey(position);
    const id = `${customer}-${key}`;
    lines.push(
      `  ${key}:`,
      `    name: Customer ${index + 1} - ${key}`,
      `    tags: [cost-centre:${4000 + (index % 997)}, stage:${key.replace(/\d+/, "")}]`,
      "    quotas:",
      `      hostUnits: { maxLimit: ${10 + (index % 90)} }`,
      `    oneagent: { hostGroup: ${id}, networkZone: ${networkZones[index % networkZones.length]} }`,
      ...hostLines(id, hostsOf(position)),
    );
  }
  return `${lines.join("\n")}\n`;
}

const [directory, ...numbers] = process.argv.slice(2);
const [environments, customers, hosts, numberOfClusters = 2] = numbers.map(Number);
const clusters = ["emea", "apac"].slice(0, numberOfClusters);
const whole = [environments, customers, hosts, numberOfClusters].every(Number.isSafeInteger);
if (!directory || numbers.length < 3 || numbers.length > 4 || !whole || clusters.length !== numberOfClusters) {
  process.stderr.write(
    "usage: node scripts/generate-inventory.js DIR ENVIRONMENTS CUSTOMERS HOSTS [CLUSTERS, 1 or 2]\n",
  );
  process.exit(3);
}

await mkdir(directory, { recursive: true });
await writeFile(join(directory, "dtsync.yaml"), settingsFile(clusters));
let firstEnvironment = 0;
for (let index = 0; index < customers; index += 1) {
  const count = share(environments, customers, index);
  const start = firstEnvironment;
  const folder = join(directory, "customers", customerId(index).slice(0, 4));
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, `${customerId(index)}.yaml`),
    customerFile(index, count, (position) => share(hosts, environments, start + position), clusters),
  );
  firstEnvironment += count;
}
