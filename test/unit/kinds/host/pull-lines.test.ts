import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { pullLines } from "../../../../src/kinds/host/effects/pull-lines.ts";

const content = "#!/bin/sh\nthe installer\n";
const sha256 = createHash("sha256").update(content).digest("hex");
const url = "https://dynatrace.example.com/e/abc-p1/api/v1/deployment/installer";
const pathOf = (program: string) => execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim();

/** Programs of a host that stand in for those that it has under these names. */
const programs: Readonly<Record<string, string>> = {
  wget: `for it; do case $it in --output-document=*) out=\${it#*=} ;; --config=*) cat "\${it#*=}" > "$ROOT/config" ;; esac; done
printf '%s\\n' "$@" > "$ROOT/arguments"
[ -z "$FAILS" ] || exit 8
printf %s "$CONTENT" > "$out"; printf 'parameters' >> "$out"`,
  curl: `cat > "$ROOT/config"; printf '%s\\n' "$@" > "$ROOT/arguments"
[ -z "$FAILS" ] || exit 22
while [ $# -gt 0 ]; do [ "$1" != --output ] || out=$2; shift; done
printf %s "$CONTENT" > "$out"; printf 'parameters' >> "$out"`,
  openssl: `[ "$*" = "dgst -sha256" ] || exit 9\nset -- $(${pathOf("sha256sum")})\necho "SHA2-256(stdin)= $1"`,
};

/** Runs the lines on a host that has these programs and no others that matter. */
function pull(has: readonly string[], options: { readonly fails?: boolean; readonly wrong?: boolean } = {}) {
  const root = mkdtempSync(join(tmpdir(), "dtsync-pull-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ["bin", "own"]) mkdirSync(join(root, folder));
  for (const name of ["cat", "rm", "head"]) symlinkSync(pathOf(name), join(root, "bin", name));
  for (const name of has) {
    const text = programs[name];
    if (text === undefined) symlinkSync(pathOf(name), join(root, "bin", name));
    else writeFileSync(join(root, "bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const download = { url, size: content.length, sha256, ca: true, rate: 5_000 };
  const script = `directory=$ROOT/own; file=$directory/installer\nsection() { echo "section $*"; }\n${pullLines(download)}\nsection done\n`;
  const { stdout } = spawnSync("/bin/sh", ["-c", script], {
    input: "the-token\nthe authorities\n",
    encoding: "utf8",
    env: {
      PATH: join(root, "bin"),
      ROOT: root,
      CONTENT: options.wrong ? content.toUpperCase() : content,
      FAILS: options.fails ? "1" : "",
    },
  });
  const read = (name: string) => readFileSync(join(root, name), "utf8");
  return { said: stdout.trim().split("\n").at(-1), read };
}

test.each([
  ["curl", "sha256sum"],
  ["wget", "sha256sum"],
  ["wget", "openssl"],
])("a host fetches with %s and checks with %s", (downloader, checksum) => {
  const { said, read } = pull([downloader, checksum]);
  expect(said).toBe("section done");
  expect(read("own/installer")).toBe(`${content}parameters`);
  expect(read("own/ca.pem")).toBe("the authorities\n");
  expect(read("config")).toContain("Authorization: Api-Token the-token");
  const given = read("arguments");
  expect(given).not.toContain("the-token");
  expect(given).toContain(url);
  expect(given).toMatch(/--limit-rate[=\n]5000/);
  expect(given).toMatch(/ca(?:cert|-certificate)[=\n].*ca\.pem/);
  expect(pull([downloader, checksum], { wrong: true }).said).toBe("section failed content");
  expect(pull([downloader, checksum], { fails: true }).said).toBe("section failed download");
});

test("curl is preferred, and what a host lacks is said", () => {
  expect(pull(["curl", "wget", "sha256sum"]).read("config")).toContain('header = "Authorization');
  expect(pull(["sha256sum"]).said).toBe("section failed no-downloader");
  expect(pull(["wget"]).said).toBe("section failed no-checksum");
});

test("a download has at least twice the time that its rate lets it take", () => {
  const download = { url, size: 400_000_000, sha256, ca: false };
  expect(pullLines({ ...download, rate: null })).toContain("--max-time 1800 ");
  expect(pullLines({ ...download, rate: 10_000_000 })).toContain("--max-time 1800 ");
  expect(pullLines({ ...download, rate: 100_000 })).toContain("--max-time 8000 ");
});
