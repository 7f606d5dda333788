import { type SpawnOptions, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildInstaller, type InstallerBodyInput } from "../../src/sandbox/agent/build-installer.ts";
import { hostEnvironment } from "../../src/sandbox/hosts/host-environment.ts";
import { createHostFolders, type HostFiles, hostFiles } from "../../src/sandbox/hosts/host-files.ts";
import { writeStandInCommands } from "../../src/sandbox/hosts/stand-in-commands.ts";

export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface StandInMachine {
  readonly files: HostFiles;
  /** Runs an installer file with parameters, as root or not. */
  install(file: string, ...parameters: string[]): Promise<CommandResult>;
  installAs(user: string, file: string, ...parameters: string[]): Promise<CommandResult>;
  ctl(...parameters: string[]): Promise<CommandResult>;
  shell(command: string, user?: string): Promise<CommandResult>;
  /** Writes an installer below the machine's folder and gives its path. */
  installer(input?: Partial<InstallerBodyInput & { endpoint: string; tenant: string }>): string;
  remove(): void;
}

export const tenantToken = "tok".repeat(5);

/** One simulated host without SSH: commands run directly. */
export function standInMachine(machine = "x86_64"): StandInMachine {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "dtsync-machine-")));
  const root = join(folder, "root");
  createHostFolders(root);
  writeStandInCommands(root, ["sudo", "systemctl", "id", "uname", "hostname", "df"]);
  const files = hostFiles(root);
  const environment = (user: string) =>
    hostEnvironment({ name: "web-1.example.com", root, machine, user, nodePath: process.execPath });
  const run = (program: string, parameters: readonly string[], user: string) =>
    execute(program, parameters, { env: environment(user) });
  return {
    files,
    install: (file, ...parameters) => run("/bin/sh", [file, ...parameters], "root"),
    installAs: (user, file, ...parameters) => run("/bin/sh", [file, ...parameters], user),
    ctl: (...parameters) => run(join(root, "opt/dynatrace/oneagent/agent/tools/oneagentctl"), parameters, "root"),
    shell: (command, user = "root") => run("/bin/sh", ["-c", command], user),
    installer: (input = {}) => {
      const file = join(folder, `installer-${input.version ?? "default"}-${input.arch ?? "x86"}.sh`);
      const bytes = buildInstaller({
        version: "1.313.52.20250602-150703",
        arch: "x86",
        nodePath: process.execPath,
        endpoint: "http://127.0.0.1:9/communication",
        tenant: "abc-p1",
        tenantToken,
        paddingBytes: 4096,
        behaviour: { CONNECT: "never" },
        ...input,
      });
      writeFileSync(file, bytes);
      chmodSync(file, 0o600);
      return file;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function execute(program: string, parameters: readonly string[], options: SpawnOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout?.on("data", (data) => {
      out += data;
    });
    child.stderr?.on("data", (data) => {
      err += data;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

export interface Report {
  readonly tenant: string;
  readonly tenantToken: string;
  readonly availability: string;
  readonly host: Readonly<Record<string, unknown>>;
}

/** A communication endpoint on loopback that takes every report, or answers with another status. */
export async function communicationEndpoint(status = 200) {
  const reports: Report[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      reports.push(JSON.parse(body));
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/communication`,
    reports,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
