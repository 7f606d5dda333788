// Measures how dtsync reaches hosts, side by side with other ways in the same run, against the same servers:
//   npm run bench:hosts [-- --full] [-- --only plan|deploy|large|fleet] [-- --hosts N]
//                          [-- --profile FOLDER] [-- --alone]
// Real OpenSSH servers on loopback, each in namespaces of its own with a stand-in agent; a simulated cluster in a process of
// its own; `fleet` has one process answer for 12,000 hosts what a real one answered. Client, hosts and cluster share this
// machine, so ratios of processor time count and wall time is a hint.
import { execFileSync, fork, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { built } from "./built.js";

const self = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));
const cli = join(root, "dist/cli.js");
const nodePath = process.execPath;
const control = "/opt/dynatrace/oneagent/agent/tools/oneagentctl";

const print = (line) => process.stdout.write(`${line}\n`);

/** What every way asks a host in the bare: the system, and what its agent says of itself. */
const bareCommand = `uname -s; uname -m; test -e ${control} && { ${control} --version; ${control} --get-tenant; ${control} --get-server; }; true`;

const bareInstallation =
  "cat > /tmp/installer.sh && /bin/sh /tmp/installer.sh > /tmp/output 2>&1; rm -f /tmp/installer.sh";

/** The servers of the tests, compiled for this run. */
async function loadServers(folder) {
  const settings = join(root, `.bench-${process.pid}.json`);
  await writeFile(
    settings,
    JSON.stringify({
      extends: "./tsconfig.json",
      compilerOptions: { rootDir: ".", outDir: folder, noUnusedLocals: false },
      include: [],
      files: ["test/support/sshd-fleet.ts"],
    }),
  );
  try {
    execFileSync(nodePath, [join(root, "node_modules/typescript/bin/tsc"), "--project", settings], {
      stdio: "inherit",
    });
  } finally {
    await rm(settings, { force: true });
  }
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await rm(join(folder, "node_modules"), { force: true });
  const { symlink } = await import("node:fs/promises");
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  return import(pathToFileURL(join(folder, "test/support/sshd-fleet.js")).href);
}

/** The simulated cluster, until the parent lets go. */
async function serve(paddingBytes) {
  const [{ createSimulatedCluster }, { serveCluster }, { appendPresets, buildInstallerBody }] = await Promise.all([
    built("sandbox/cluster/simulated-cluster.js"),
    built("sandbox/cluster/serve-cluster.js"),
    built("sandbox/agent/build-installer.js"),
  ]);
  const clock = { now: () => new Date(), sleep: (ms) => new Promise((done) => setTimeout(done, ms)) };
  const bodies = new Map();
  const cluster = createSimulatedCluster({
    name: "emea",
    clock,
    random: 1,
    seed: { environments: [{ id: "abc-p1" }] },
    installerVersions: ["1.313.52.20250602-150703"],
    buildInstaller: (request) => {
      const key = `${request.version}/${request.arch}`;
      if (!bodies.has(key)) bodies.set(key, buildInstallerBody({ ...request, nodePath, paddingBytes }));
      return appendPresets(bodies.get(key), request);
    },
  });
  const { url } = await serveCluster(cluster);
  process.once("disconnect", () => process.exit());
  const [{ tenantToken }] = cluster.snapshot().environments;
  process.send({ url, token: cluster.clusterToken, tenantToken });
}

const startCluster = (paddingBytes) => {
  const child = fork(self, ["serve", String(paddingBytes)]);
  return new Promise((done, reject) => {
    child.once("message", (message) => done({ ...message, close: () => child.disconnect() }));
    child.once("exit", (code) => reject(new Error(`the simulated cluster ended with ${code}`)));
  });
};

/**
 * One process that serves SSH for any number of hosts, until the parent lets go: it has a command run by a real server the first
 * time, and gives the same answer from then on. As many shells as there are hosts would take longer than all that is measured.
 */
async function repeatAnswers({ servers, identity }) {
  const [{ default: ssh2 }, { NodeSSH }] = await Promise.all([import("ssh2"), import("node-ssh")]);
  const privateKey = readFileSync(identity, "utf8");
  const serveOne = ({ port, real, hostKey }) => {
    const answers = new Map();
    const ask = async (command, stdin) => {
      const ssh = new NodeSSH();
      await ssh.connect({ host: "127.0.0.1", port: real, username: "root", privateKey });
      const answer = await ssh.execCommand(command, { stdin, noTrim: true });
      ssh.dispose();
      return answer;
    };
    const onConnection = (connection) => {
      connection.on("error", () => undefined);
      // Checking signatures is the work of servers, which is not what is measured here.
      connection.on("authentication", (attempt) => attempt.accept());
      connection.on("session", (accept) =>
        accept().on("exec", (open, _reject, { command }) => {
          const channel = open();
          const pieces = [];
          channel.on("data", (piece) => pieces.push(piece));
          channel.once("end", async () => {
            const stdin = Buffer.concat(pieces).toString("utf8");
            // Each run of the script has a word of its own that begins its answers.
            const word = /#dtsync-[0-9a-f]+/.exec(command)?.[0] ?? "#dtsync-";
            const key = `${command.replaceAll(word, "#dtsync-0")}\n${stdin}`;
            if (!answers.has(key)) answers.set(key, { word, answer: ask(command, stdin) });
            const first = answers.get(key);
            const { stdout, stderr, code } = await first.answer;
            channel.write(stdout.replaceAll(first.word, word));
            channel.stderr.write(stderr);
            channel.exit(code);
            channel.end();
          });
        }),
      );
    };
    const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey, "utf8")] }, onConnection);
    return new Promise((done) => server.listen(port, "0.0.0.0", done));
  };
  await Promise.all(servers.map(serveOne));
  process.once("disconnect", () => process.exit());
  process.send("ready");
}

const startRepeating = (settings) => {
  const child = fork(self, ["repeat", JSON.stringify(settings)]);
  return new Promise((done, reject) => {
    child.once("message", () => done({ pid: child.pid, close: () => child.disconnect() }));
    child.once("exit", (code) => reject(new Error(`the server that repeats answers ended with ${code}`)));
  });
};

/** Processor time of a process and of its children that have ended, in milliseconds. */
function processorTime(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * 10;
}

/** Every sshd that runs for this bench: the first processes of the namespaces that it has made. */
function servers() {
  const children = (pid) =>
    readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean),
    );
  return children(process.pid)
    .flatMap(children)
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("sshd"));
}

/** Runs a command and gives wall time, processor time of it and its children, that of the hosts, and its peak of memory. */
async function measure(command, { environment = {}, input = "", hosts }) {
  const reporter =
    'import { writeSync } from "node:fs"; process.once("exit", () => { try { writeSync(3, String(process.resourceUsage().maxRSS)); } catch {} });';
  const before = hosts.reduce((sum, pid) => sum + processorTime(pid), 0);
  const child = spawn("bash", ["-c", 'TIMEFORMAT="@ %R %U %S"; time "$@"', "bash", ...command], {
    env: {
      ...process.env,
      ...environment,
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(reporter)}`,
    },
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const texts = ["", "", "", ""];
  for (const index of [1, 2, 3]) child.stdio[index].on("data", (chunk) => (texts[index] += chunk));
  const code = await new Promise((done) => child.once("close", done));
  if (code !== 0)
    throw new Error(
      `${command.slice(0, 4).join(" ")} ended with ${code}: ${texts[1].slice(-600)}${texts[2].slice(-600)}`,
    );
  const [, wall, user, system] = /@ ([\d.]+) ([\d.]+) ([\d.]+)\s*$/.exec(texts[2]) ?? [];
  // Servers add up what their children took once those have ended.
  await new Promise((done) => setTimeout(done, 300));
  const after = hosts.reduce((sum, pid) => sum + processorTime(pid), 0);
  return {
    code,
    wall: Number(wall),
    client: (Number(user) + Number(system)) * 1_000,
    system: Number(system) * 1_000,
    host: after - before,
    megabytes: Number(texts[3] || 0) / 1_024,
    output: texts[1],
    errors: texts[2],
  };
}

function table(title, count, rows) {
  print(`\n${title}`);
  print(["way".padEnd(34), "client ms/host", "(system)", "host ms/host", "wall s", "bound s", "memory MB"].join("  "));
  for (const [name, run] of rows) {
    if (run === null) continue;
    const bound = (run.client + run.host) / 1_000 / availableParallelism();
    print(
      [
        name.padEnd(34),
        (run.client / count).toFixed(1).padStart(14),
        (run.system / count).toFixed(1).padStart(8),
        (run.host / count).toFixed(1).padStart(12),
        run.wall.toFixed(2).padStart(6),
        bound.toFixed(2).padStart(7),
        (run.megabytes ? Math.round(run.megabytes) : "").toString().padStart(9),
      ].join("  "),
    );
  }
}

const ratio = (name, left, right) => print(`  ${name}: ${(left / right).toFixed(2)}`);

const inventoryText = (settings) => `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
defaults:
  cluster: emea
  rollout: { concurrency: 50, canary: 1, batch: 100%, maxFailures: 100% }
  oneagent: { signature: skip${settings} }
`;

async function writeInventory(folder, hosts, settings = "") {
  await mkdir(join(folder, "customers"), { recursive: true });
  await writeFile(join(folder, "dtsync.yaml"), inventoryText(settings));
  const lines = hosts.map((name) => `      - ${name}\n`).join("");
  await writeFile(join(folder, "customers/abc.yaml"), `customer: abc\nenvironments:\n  p1:\n    hosts:\n${lines}`);
  return folder;
}

/** Addresses of loopback, one for each host; `place` keeps groups of them apart. */
const addressOf = (place, index) => `127.${place}.${Math.floor(index / 250)}.${(index % 250) + 1}`;

const sshOptions = (config) => [
  "-F",
  config,
  "-o",
  "BatchMode=yes",
  "-o",
  "ControlMaster=no",
  "-o",
  "LogLevel=ERROR",
  "-o",
  "Ciphers=aes128-gcm@openssh.com",
  "-o",
  "KexAlgorithms=curve25519-sha256",
];

/** Options that write a profile of the program. */
const profiling = [];
/** Whether no other way is measured besides the program and the bare library. */
let alone = false;

function dtsync(command, { inventory, config, cluster, extra = [] }) {
  return [
    nodePath,
    ...profiling,
    cli,
    ...command,
    "--inventory",
    inventory,
    "--set",
    `clusters.emea.url=${cluster.url}`,
    "--ssh-config",
    config,
    "--format",
    "json",
    "--no-progress",
    ...extra,
  ];
}

/** Sends one buffer over a bare connection, in slices, no faster than it leaves. */
async function sendBare(connection, command, bytes) {
  const channel = await new Promise((done, reject) =>
    connection.exec(command, (error, opened) => (error ? reject(error) : done(opened))),
  );
  channel.resume();
  channel.stderr.resume();
  const closed = new Promise((done) => channel.once("close", done));
  const slice = 256 * 1_024;
  for (let start = 0; start < bytes.length; start += slice) {
    if (!channel.write(bytes.subarray(start, start + slice))) await new Promise((done) => channel.once("drain", done));
  }
  channel.end();
  await closed;
}

/** The bare library: connects to fifty hosts at once, runs the command or installs a file, and checks nothing. */
async function askBare(list, file) {
  const [{ NodeSSH }, { hosts, identity }] = [await import("node-ssh"), JSON.parse(readFileSync(list, "utf8"))];
  const privateKey = readFileSync(identity, "utf8");
  const bytes = file === undefined ? null : readFileSync(file);
  const worker = async () => {
    for (let host = hosts.pop(); host !== undefined; host = hosts.pop()) {
      const ssh = new NodeSSH();
      await ssh.connect({ host: host.address, port: host.port, username: "root", privateKey });
      if (bytes === null) await ssh.execCommand(bareCommand);
      else await sendBare(ssh.connection, bareInstallation, bytes);
      ssh.dispose();
    }
  };
  await Promise.all(Array.from({ length: 50 }, worker));
}

const has = (program) =>
  execFileSync("sh", ["-c", `command -v ${program} || true`], { encoding: "utf8" }).trim() !== "";

/** Ansible's own way with 100 forks; null where it is not installed. */
async function ansible(folder, hosts, config, module, parameters, options) {
  if (!has("ansible")) {
    print("  (Ansible is not installed: left out)");
    return null;
  }
  const list = join(folder, "ansible-hosts");
  await writeFile(list, hosts.join("\n"));
  const settings = {
    ANSIBLE_HOST_KEY_CHECKING: "True",
    // Without its shared connections: what the servers took for one that goes on is not known.
    ANSIBLE_SSH_ARGS: "-o ControlMaster=no",
    ANSIBLE_PIPELINING: "True",
    ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3",
    ANSIBLE_NOCOLOR: "1",
  };
  return measure(
    [
      "ansible",
      "all",
      "-i",
      list,
      "-f",
      "100",
      "-m",
      module,
      "-a",
      parameters,
      "--ssh-common-args",
      sshOptions(config).join(" "),
    ],
    {
      environment: settings,
      ...options,
    },
  );
}

/** With `repeated`, one process answers for all hosts what a real server answered for the first. */
async function planBench(folder, startSshdFleet, count, { repeated = false } = {}) {
  const cluster = await startCluster(65_536);
  const environment = {
    DTSYNC_TOKEN_EMEA: cluster.token,
    XDG_STATE_HOME: join(folder, "state"),
    XDG_CACHE_HOME: join(folder, "cache"),
  };
  const directory = join(folder, repeated ? "fleet" : "plan");
  const fleet = await startSshdFleet({
    directory,
    nodePath,
    // Fifty log in to one server at once.
    configuration: ["MaxStartups 1000"],
    hosts: ["with", "without"].map((name, index) => ({ name, listen: { address: "0.0.0.0", port: 2_301 + index } })),
  });
  const hostKeys = ["with", "without"].map((name) => join(directory, name, "etc/ssh/ssh_host_ed25519_key"));
  const ports = repeated ? [2_304, 2_305] : [2_301, 2_302];
  const repeating = repeated
    ? await startRepeating({
        identity: fleet.identityFile,
        servers: ports.map((port, index) => ({ port, real: 2_301 + index, hostKey: hostKeys[index] })),
      })
    : null;
  try {
    const hosts = Array.from({ length: count }, (_, index) => ({
      name: `${index % 2 ? "a" : "b"}${index}.example.com`,
      address: addressOf(60, index),
      port: ports[index % 2 ? 0 : 1],
    }));
    const config = join(directory, "ssh-config");
    const keys = hostKeys.map(
      (file, index) => `[127.*]:${ports[index]} ${readFileSync(`${file}.pub`, "utf8").trim()}\n`,
    );
    await writeFile(join(directory, "known-hosts"), keys.join(""));
    const common = `  User root\n  IdentityFile ${fleet.identityFile}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${join(directory, "known-hosts")}\n  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n`;
    await writeFile(
      config,
      hosts.map(({ name, address, port }) => `Host ${name}\n  HostName ${address}\n  Port ${port}\n`).join("") +
        `Host *\n${common}`,
    );
    const names = hosts.map(({ name }) => name);
    const [, first] = hosts;
    const seed = await writeInventory(join(directory, "seed"), [first.name]);
    const installing = join(directory, "installing-ssh-config");
    await writeFile(installing, (await readFile(config, "utf8")).replaceAll(`Port ${ports[0]}`, "Port 2301"));
    await writeFile(join(directory, "known-hosts"), `[127.*]:2301 ${keys[0].split(" ").slice(1).join(" ")}`, {
      flag: "a",
    });
    const options = { environment, hosts: repeating ? [repeating.pid] : servers() };
    await measure(dtsync(["apply", "--auto-approve"], { inventory: seed, config: installing, cluster }), options);
    const inventory = await writeInventory(join(directory, "inventory"), names);
    const own = await measure(dtsync(["plan"], { inventory, config, cluster }), options);
    const planned = JSON.parse(own.output);
    if (planned.held.length > 0 || planned.summary.unchanged < count / 2 - 1)
      throw new Error(`the plan is not as expected: ${JSON.stringify(planned.held[0])} ${own.errors}`);
    const bareList = join(directory, "bare.json");
    await writeFile(bareList, JSON.stringify({ hosts, identity: fleet.identityFile }));
    const bare = await measure([nodePath, self, "bare", bareList], options);
    if (alone || repeated)
      return table(
        `plan over ${count} hosts, half of them with an agent${repeated ? ", all in one process" : ""}`,
        count,
        [
          ["dtsync plan", own],
          ["node-ssh alone, the bare command", bare],
        ],
      );
    const ssh = await measure(["xargs", "-P", "50", "-I", "{}", "ssh", ...sshOptions(config), "{}", bareCommand], {
      ...options,
      input: names.join("\n"),
    });
    const raw = await ansible(folder, names, config, "raw", bareCommand, options);
    table(`plan over ${count} hosts, half of them with an agent`, count, [
      ["dtsync plan", own],
      ["node-ssh alone, the bare command", bare],
      ["xargs -P 50 ssh, the bare command", ssh],
      ["ansible -f 100 -m raw", raw],
    ]);
    ratio("client: dtsync / ssh", own.client, ssh.client);
    ratio("host: dtsync / bare command (at most 1.15)", own.host, ssh.host);
    ratio("wall: ssh / dtsync (at least 1.1)", ssh.wall, own.wall);
    if (raw) ratio("wall: ansible / dtsync (at least 5)", raw.wall, own.wall);
  } finally {
    repeating?.close();
    await fleet.close();
    cluster.close();
  }
}

async function deployBench(folder, startSshdFleet, { count, size, place }) {
  const cluster = await startCluster(size);
  const environment = {
    DTSYNC_TOKEN_EMEA: cluster.token,
    XDG_STATE_HOME: join(folder, "state"),
    XDG_CACHE_HOME: join(folder, "cache"),
  };
  const names = Array.from({ length: count }, (_, index) => `h${index}.example.com`);
  const fleet = await startSshdFleet({
    directory: join(folder, `deploy-${size}`),
    nodePath,
    configuration: ["Subsystem sftp /usr/lib/openssh/sftp-server"],
    hosts: names.map((name, index) => ({
      name,
      listen: { address: addressOf(place, index), port: 2_303 },
      user: "root",
    })),
  });
  try {
    const inventory = await writeInventory(join(folder, `deploy-inventory-${size}`), names, ", transfer: push");
    const config = fleet.sshConfigFile;
    const pids = servers();
    const options = { environment, hosts: pids };
    const reset = () => Promise.all([...fleet.hosts.values()].map((host) => host.reset()));
    const own = await measure(dtsync(["apply", "--auto-approve"], { inventory, config, cluster }), options);
    const report = JSON.parse(own.output || "{}");
    if (own.code !== 0)
      throw new Error(`apply ended with ${own.code}: ${JSON.stringify(report.summary)} ${own.errors}`);
    await reset();
    let [kept, pulled] = [null, null];
    if (size > 10e6) {
      const again = { environment, hosts: servers() };
      kept = await measure(dtsync(["apply", "--auto-approve"], { inventory, config, cluster }), again);
      await reset();
      const pulling = await writeInventory(join(folder, "pull-inventory"), names, ", transfer: pull");
      pulled = await measure(dtsync(["apply", "--auto-approve"], { inventory: pulling, config, cluster }), {
        environment,
        hosts: servers(),
      });
      await reset();
    }
    const installer = join(folder, "installer.sh");
    await fetchInstaller(cluster, installer, size);
    const title = `deploy of ${(size / 1_048_576).toFixed(0)} MiB to ${count} hosts, plan and verification included`;
    const bareList = join(folder, "bare-deploy.json");
    const places = [...fleet.hosts.values()].map(({ address, port }) => ({ address, port }));
    await writeFile(bareList, JSON.stringify({ hosts: places, identity: fleet.identityFile }));
    const bare = await measure([nodePath, self, "bare", bareList, installer], { environment, hosts: servers() });
    await reset();
    if (alone)
      return table(title, count, [
        ["dtsync apply, push", own],
        ["dtsync apply, push of a kept file", kept],
        ["dtsync apply, pull", pulled],
        ["node-ssh alone, one buffer", bare],
      ]);
    const script = join(folder, "deploy.sh");
    await writeFile(
      script,
      `scp -q ${sshOptions(config).join(" ")} ${installer} "$1":/tmp/installer.sh && ssh ${sshOptions(config).join(" ")} "$1" '/bin/sh /tmp/installer.sh >/tmp/output 2>&1; rm -f /tmp/installer.sh; ${control} --get-tenant; ${control} --get-server' >/dev/null\n`,
    );
    const scp = await measure(["xargs", "-P", "50", "-I", "{}", "sh", script, "{}"], {
      environment,
      hosts: servers(),
      input: names.join("\n"),
    });
    await reset();
    const playbook = join(folder, "deploy.yaml");
    await writeFile(
      playbook,
      `- hosts: all\n  gather_facts: false\n  tasks:\n    - copy: { src: ${installer}, dest: /tmp/installer.sh }\n    - command: /bin/sh /tmp/installer.sh\n`,
    );
    const book = has("ansible-playbook")
      ? await measure(
          [
            "ansible-playbook",
            "-i",
            join(folder, "list"),
            "-f",
            "100",
            "--ssh-common-args",
            sshOptions(config).join(" "),
            playbook,
          ],
          {
            environment: {
              ANSIBLE_SSH_ARGS: sshOptions(config).join(" "),
              ANSIBLE_PIPELINING: "True",
              ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3",
            },
            hosts: servers(),
            ...(await writeFile(join(folder, "list"), names.join("\n"))),
          },
        )
      : null;
    table(title, count, [
      ["dtsync apply, push", own],
      ["dtsync apply, push of a kept file", kept],
      ["dtsync apply, pull", pulled],
      ["node-ssh alone, one buffer", bare],
      ["xargs -P 50, scp and ssh", scp],
      ["ansible-playbook -f 100", book],
    ]);
    if (kept) ratio("client: dtsync with a kept file / node-ssh alone (at most 1.15)", kept.client, bare.client);
    ratio("client: dtsync / scp and ssh", own.client, scp.client);
    ratio("host: dtsync / scp and ssh (at most 1.15)", own.host, scp.host);
    ratio("wall: scp and ssh / dtsync (at least 1.2)", scp.wall, own.wall);
    if (book) ratio("wall: ansible / dtsync (at least 7)", book.wall, own.wall);
  } finally {
    await fleet.close();
    cluster.close();
  }
}

/** The same installer as the cluster gives out. */
async function fetchInstaller(cluster, file, paddingBytes) {
  const { buildInstaller } = await built("sandbox/agent/build-installer.js");
  const presets = { endpoint: `${cluster.url}/communication`, tenant: "abc-p1", tenantToken: cluster.tenantToken };
  await writeFile(
    file,
    buildInstaller({ version: "1.313.52.20250602-150703", arch: "x86", nodePath, paddingBytes, ...presets }),
  );
}

async function main() {
  const { values } = parseArgs({
    options: {
      full: { type: "boolean", default: false },
      only: { type: "string" },
      hosts: { type: "string" },
      profile: { type: "string" },
      alone: { type: "boolean", default: false },
    },
  });
  if (process.getuid() !== 0 || !existsSync("/usr/sbin/sshd")) {
    print("left out: it needs root and OpenSSH's sshd");
    return;
  }
  if (values.profile !== undefined) profiling.push("--cpu-prof", `--cpu-prof-dir=${values.profile}`);
  alone = values.alone;
  const folder = await mkdtemp(join(tmpdir(), "dtsync-bench-"));
  try {
    const { startSshdFleet } = await loadServers(join(folder, "servers"));
    const wants = (name) => values.only === undefined || values.only === name;
    const size = (full, quick) => Number(values.hosts ?? (values.full ? full : quick));
    if (wants("plan")) await planBench(folder, startSshdFleet, size(500, 200));
    if (wants("deploy"))
      await deployBench(folder, startSshdFleet, { count: size(200, 40), size: 1_048_576, place: 61 });
    if (wants("large"))
      await deployBench(folder, startSshdFleet, { count: size(20, 6), size: 130 * 1_048_576, place: 62 });
    if (values.only === "fleet" || values.full)
      await planBench(folder, startSshdFleet, Number(values.hosts ?? 12_000), { repeated: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[2] === "serve") await serve(Number(process.argv[3]));
else if (process.argv[2] === "repeat") await repeatAnswers(JSON.parse(process.argv[3]));
else if (process.argv[2] === "bare") await askBare(process.argv[3], process.argv[4]);
else await main();
