import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const found = spawnSync("sh", ["-c", "command -v ansible-inventory"], { encoding: "utf8" });

/** Why Ansible cannot be asked here, or null. */
export const noAnsible = found.status === 0 ? null : "ansible-inventory is missing (Debian's package ansible-core)";

export interface InventoryText {
  readonly name: string;
  readonly text: string;
}

/** Hosts by group, those of the groups below included, and the variables of each host; null: Ansible refuses the file. */
export type Judgement = {
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly hosts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
} | null;

const script = fileURLToPath(new URL("ansible-judge.py", import.meta.url));

/** What Ansible makes of each of the texts as a file of its name, by itself. One process reads all. */
export async function judge(texts: readonly InventoryText[]): Promise<readonly Judgement[]> {
  const directory = mkdtempSync(join(tmpdir(), "dtsync-ansible-"));
  try {
    const paths = texts.map(({ name, text }, index) => {
      const folder = mkdtempSync(join(directory, `${index}-`));
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    });
    const output = await runJudge(`${paths.join("\n")}\n`, directory);
    return output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Judgement);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs the script by the Python that has Ansible, which the first line of its program names. */
async function runJudge(input: string, home: string): Promise<string> {
  const [, interpreter = "python3"] = /^#!\s*(\S+)/.exec(readFileSync(found.stdout.trim(), "utf8")) ?? [];
  const child = spawn(interpreter, [script], {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home, LC_ALL: "C.UTF-8" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(input);
  await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  return Buffer.concat(chunks).toString("utf8");
}
