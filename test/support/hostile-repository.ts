import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { createGitInventory, type FileChanges, firstFiles, gitEnvironment } from "./git-inventory.ts";

/** A repository that would run programs. Each leaves a file with its name and the variables that it saw. */
export interface HostileRepository {
  /** The top of the work tree; the inventory is in the folder `inventory`. */
  readonly directory: string;
  /** The variables of the user who calls dtsync there. */
  readonly environment: Readonly<Record<string, string>>;
  /** The first commit, which the shallow clone does not have. */
  readonly firstCommit: string;
  /** What has run, with the variables that it saw. Empty: nothing. */
  marks(): Readonly<Record<string, string>>;
  close(): void;
}

/** What a trap can do to the repository. */
export interface TrapTools {
  readonly directory: string;
  /** Absolute path of a program that leaves a mark with this name. */
  program(name: string): string;
  /** Adds to the repository's own configuration. */
  set(key: string, value: string): void;
  /** Changes where origin is. */
  setOrigin(url: string): void;
  write(files: FileChanges): void;
  git(...parameters: readonly string[]): string;
}

export interface Trap {
  readonly name: string;
  /** The options that it sets, as the documentation of Git names them. */
  readonly options: readonly string[];
  prepare(tools: TrapTools): void;
  /** What the user allows Git with GIT_ALLOW_PROTOCOL; null: nothing is said. Left out: all that runs nothing. */
  readonly protocols?: null;
}

const allProtocols = "file:git:http:https:ssh";

/** A server that asks for a password, whatever it is asked; Git then looks for one. */
export async function startRefusingServer(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await once(server.close(), "close");
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

/** A shallow clone with changes in the work tree, in which the trap is set. */
export function createHostileRepository(trap: Trap): HostileRepository {
  const upstream = createGitInventory();
  try {
    const firstCommit = upstream.commit({ ...firstFiles, ".gitattributes": "* filter=mark diff=mark merge=mark\n" });
    for (let index = 0; index < 3; index += 1)
      upstream.commit({ "inventory/hosts/abc.txt": `web1${index}.abc.example.com\n` });
    for (const key of ["allowFilter", "allowAnySHA1InWant"]) upstream.git("config", `uploadpack.${key}`, "true");
    const { directory, git, write } = upstream.clone("--depth=1");
    const [root, marks] = [dirname(directory), join(dirname(directory), "marks")];
    mkdirSync(marks);
    const program = (name: string): string => {
      const path = join(root, `program-${name}`);
      writeFileSync(path, `#!/bin/sh\n{ echo "$0 $*"; env; } >> "${join(marks, name)}"\n`);
      chmodSync(path, 0o755);
      return path;
    };
    const set = (key: string, value: string): void => {
      git("config", "--file", join(directory, ".git", "config"), "--add", key, value);
    };
    const setOrigin = (url: string): void => {
      git("remote", "set-url", "origin", url);
    };
    // As long as the committed one, so that Git has to compare the contents.
    write({ "inventory/hosts/abc.txt": "web99.abc.example.com\n", "inventory/customers/new.yaml": "customer: new\n" });
    trap.prepare({ directory, program, set, write, git, setOrigin });
    const { GIT_ALLOW_PROTOCOL, ...withoutProtocols } = gitEnvironment;
    return {
      directory,
      firstCommit,
      environment: trap.protocols === null ? withoutProtocols : { ...gitEnvironment, GIT_ALLOW_PROTOCOL: allProtocols },
      marks: () =>
        Object.fromEntries(readdirSync(marks).map((name) => [name, readFileSync(join(marks, name), "utf8")])),
      close: () => upstream.close(),
    };
  } catch (error) {
    upstream.close();
    throw error;
  }
}

/** A trap that is made of settings alone; `PROGRAM` in a value is its program. */
function settings(values: Readonly<Record<string, string>>, more: Partial<Trap> = {}): Trap {
  const options = more.options ?? Object.keys(values);
  return {
    name: options.join(", "),
    ...more,
    options,
    prepare: (tools) => {
      for (const [key, value] of Object.entries(values)) {
        tools.set(key, value.replaceAll("PROGRAM", tools.program(key.replace(/[^A-Za-z]+/g, "-"))));
      }
      more.prepare?.(tools);
    },
  };
}

/** Folders that Git takes for repositories by what they hold. A commit can hold all of it. */
function writeBareRepository({ directory, program, git }: TrapTools, folder: string): void {
  const place = join(directory, folder);
  for (const name of ["objects", "refs/heads"]) mkdirSync(join(place, name), { recursive: true });
  writeFileSync(join(place, "refs/heads/main"), `${git("rev-parse", "HEAD")}\n`);
  writeFileSync(join(place, "HEAD"), "ref: refs/heads/main\n");
  const lines = ["bare = false", `worktree = ${place}`, `fsmonitor = ${program("bare")}`].map((line) => `\t${line}\n`);
  writeFileSync(join(place, "config"), `[core]\n\trepositoryFormatVersion = 0\n${lines.join("")}`);
}

const hooks: readonly string[] = [
  "fsmonitor-watchman",
  "post-checkout",
  "post-index-change",
  "post-merge",
  "pre-auto-gc",
  "reference-transaction",
];

function writeHooks(tools: TrapTools, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of hooks) symlinkSync(tools.program(name), join(folder, name));
  // Git looks at the contents again, and writes the index when it may.
  tools.set("gc.auto", "1");
  execFileSync("touch", [join(tools.directory, "inventory/dtsync.yaml")]);
}

/**
 * All options that Git's documentation knows as naming a program (git-config, gitattributes, githooks, git-archive,
 * git-interpret-trailers; 2.39 to 2.54), and the ways of a repository to have them read. `refusing` is the address of a
 * server that asks for a password.
 */
export function traps(refusing: string): readonly Trap[] {
  const overExt = { protocols: null, options: ["protocol.<name>.allow"] } as const;
  return [
    {
      name: "a folder that looks like a repository",
      options: ["safe.bareRepository"],
      prepare: (tools) => writeBareRepository(tools, "inventory"),
    },
    settings({ "core.fsmonitor": "PROGRAM" }),
    settings({ "core.fsmonitor": "PROGRAM", "core.fsmonitorHookVersion": "1" }),
    ...["clean", "smudge", "process"].map((kind) =>
      settings(
        { [`filter.mark.${kind}`]: "PROGRAM", "filter.mark.required": "true" },
        { options: [`filter.<driver>.${kind}`] },
      ),
    ),
    settings({ "diff.external": "PROGRAM" }),
    settings({ "diff.mark.command": "PROGRAM" }, { options: ["diff.<driver>.command"] }),
    settings(
      { "diff.mark.textconv": "PROGRAM", "diff.mark.cachetextconv": "true" },
      { options: ["diff.<driver>.textconv"] },
    ),
    settings({ "merge.mark.driver": "PROGRAM %O %A %B" }, { options: ["merge.<driver>.driver"] }),
    {
      name: "hooks",
      options: ["hooks"],
      prepare: (tools) => {
        rmSync(join(tools.directory, ".git/hooks"), { recursive: true, force: true });
        writeHooks(tools, join(tools.directory, ".git/hooks"));
      },
    },
    {
      name: "core.hooksPath",
      options: ["core.hooksPath"],
      prepare: (tools) => {
        writeHooks(tools, join(tools.directory, "inventory/hooks"));
        tools.set("core.hooksPath", "inventory/hooks");
      },
    },
    settings(
      { "hook.mark.command": "PROGRAM", "hook.mark.event": "reference-transaction" },
      { options: ["hook.<name>.command"] },
    ),
    settings(
      { "remote.origin.uploadpack": "PROGRAM", "remote.origin.receivepack": "PROGRAM" },
      { options: ["remote.<name>.uploadpack", "remote.<name>.receivepack"] },
    ),
    {
      name: "a fetch of missing contents",
      options: ["remote.<name>.promisor"],
      prepare: ({ directory, set, program, git }) => {
        set("extensions.partialClone", "origin");
        set("core.repositoryFormatVersion", "1");
        set("remote.origin.promisor", "true");
        set("remote.origin.partialCloneFilter", "blob:none");
        set("remote.origin.uploadpack", program("promisor"));
        const pack = join(directory, ".git/objects/pack");
        const [name = ""] = readdirSync(pack).filter((file) => file.endsWith(".pack"));
        cpSync(join(pack, name), join(directory, "../all.pack"));
        for (const file of readdirSync(pack)) rmSync(join(pack, file), { force: true });
        const all = join(directory, "../all");
        git("init", "--quiet", all);
        execFileSync("git", ["-C", all, "unpack-objects", "-q"], {
          env: gitEnvironment,
          input: readFileSync(join(directory, "../all.pack")),
        });
        for (const hash of git(
          "-C",
          all,
          "cat-file",
          "--batch-all-objects",
          "--batch-check=%(objecttype) %(objectname)",
        )
          .split("\n")
          .flatMap((line) => (line.startsWith("blob ") ? [] : [line.split(" ")[1] ?? ""]))) {
          const path = join(hash.slice(0, 2), hash.slice(2));
          cpSync(join(all, ".git/objects", path), join(directory, ".git/objects", path), { recursive: true });
        }
      },
    },
    settings(
      { "remote.origin.vcs": "ext", "protocol.ext.allow": "always" },
      {
        ...overExt,
        options: ["remote.<name>.vcs"],
        prepare: ({ setOrigin, program }) => setOrigin(`${program("vcs")} %S`),
      },
    ),
    settings(
      { "protocol.ext.allow": "always" },
      { ...overExt, prepare: ({ setOrigin, program }) => setOrigin(`ext::${program("ext")} %S`) },
    ),
    settings(
      { "protocol.allow": "always" },
      {
        protocols: null,
        options: ["protocol.allow", "url.<base>.insteadOf"],
        prepare: ({ setOrigin, set, program }) => {
          set(`url.ext::${program("instead")} %S .insteadOf`, "https://");
          setOrigin("https://127.0.0.1:9/repository");
        },
      },
    ),
    {
      name: "a remote in a legacy file",
      options: ["protocol.<name>.allow"],
      protocols: null,
      prepare: ({ directory, git, set, program }) => {
        git("remote", "remove", "origin");
        set("protocol.ext.allow", "always");
        mkdirSync(join(directory, ".git/remotes"), { recursive: true });
        writeFileSync(
          join(directory, ".git/remotes/origin"),
          `URL: ext::${program("legacy")} %S\nPull: refs/heads/main\n`,
        );
      },
    },
    settings(
      { "uploadpack.packObjectsHook": "PROGRAM" },
      { prepare: ({ directory, setOrigin }) => setOrigin(`file://${directory}`) },
    ),
    settings(
      { "core.sshCommand": "PROGRAM", "ssh.variant": "ssh" },
      {
        options: ["core.sshCommand"],
        prepare: ({ setOrigin }) => setOrigin("ssh://127.0.0.1:9/repository"),
      },
    ),
    settings({ "core.gitProxy": "PROGRAM" }, { prepare: ({ setOrigin }) => setOrigin("git://127.0.0.1:9/repository") }),
    settings({ "credential.helper": "PROGRAM" }, { prepare: ({ setOrigin }) => setOrigin(`${refusing}/repository`) }),
    settings(
      { [`credential.${refusing}.helper`]: "!PROGRAM" },
      {
        options: ["credential.<url>.*"],
        prepare: ({ setOrigin }) => setOrigin(`${refusing}/repository`),
      },
    ),
    settings({ "core.askPass": "PROGRAM" }, { prepare: ({ setOrigin }) => setOrigin(`${refusing}/repository`) }),
    settings(
      { "core.alternateRefsCommand": "PROGRAM" },
      {
        prepare: ({ directory, git }) => {
          const other = join(directory, "../alternate");
          git("init", "--quiet", other);
          execFileSync("git", ["-C", other, "commit", "--quiet", "--allow-empty", "--message", "x"], {
            env: gitEnvironment,
          });
          writeFileSync(join(directory, ".git/objects/info/alternates"), `${join(other, ".git/objects")}\n`);
        },
      },
    ),
    ...includes(),
    {
      name: "a submodule's own configuration",
      options: ["submodule.<name>.update", "submodule.recurse", "fetch.recurseSubmodules"],
      prepare: ({ directory, git, set, program, write }) => {
        const module = join(directory, "inventory/module");
        git("init", "--quiet", module);
        const inside = (...parameters: readonly string[]): string => git("-C", module, ...parameters);
        inside("commit", "--quiet", "--allow-empty", "--message", "module");
        inside("config", "core.fsmonitor", program("module"));
        git("update-index", "--add", "--cacheinfo", `160000,${inside("rev-parse", "HEAD")},inventory/module`);
        write({ ".gitmodules": `[submodule "module"]\n\tpath = inventory/module\n\turl = ${directory}\n` });
        git("-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message", "module", "--", "inventory/module");
        for (const [key, value] of Object.entries({
          "submodule.module.url": directory,
          "submodule.module.active": "true",
          "submodule.module.update": `!${program("update")}`,
          "submodule.recurse": "true",
          "fetch.recurseSubmodules": "true",
          "diff.ignoreSubmodules": "none",
          "status.submoduleSummary": "true",
        }))
          set(key, value);
        write({ "inventory/module/untracked.txt": "x" });
      },
    },
    ofOtherCommands,
  ];
}

/** The ways to have another file read, each with the same option in it. */
function includes(): readonly Trap[] {
  const text = (program: string): string => `[core]\n\tfsmonitor = ${program}\n`;
  return [
    {
      name: "include.path",
      options: ["include.path"],
      prepare: ({ set, write, program }) => {
        write({ "inventory/included": text(program("included")) });
        set("include.path", "../inventory/included");
      },
    },
    {
      name: "includeIf.<condition>.path",
      options: ["includeIf.<condition>.path"],
      prepare: ({ set, write, program }) => {
        for (const condition of ["gitdir:**", "onbranch:main", "hasconfig:remote.*.url:**"]) {
          const name = condition.replace(/\W+/g, "-");
          write({ [`inventory/${name}`]: text(program(name)) });
          set(`includeIf.${condition}.path`, `../inventory/${name}`);
        }
      },
    },
    {
      name: "the configuration of a work tree",
      options: ["extensions.worktreeConfig"],
      prepare: ({ directory, set, program }) => {
        set("extensions.worktreeConfig", "true");
        writeFileSync(join(directory, ".git/config.worktree"), text(program("worktree")));
      },
    },
    {
      name: "a .git that leads into the work tree",
      options: ["gitfile"],
      prepare: ({ directory, set, program }) => {
        set("core.fsmonitor", program("gitfile"));
        cpSync(join(directory, ".git"), join(directory, "inventory/.metadata"), { recursive: true });
        rmSync(join(directory, ".git"), { recursive: true });
        writeFileSync(join(directory, ".git"), "gitdir: inventory/.metadata\n");
      },
    },
    {
      name: "a common folder in the work tree",
      options: ["commondir"],
      prepare: ({ directory, set, program }) => {
        set("core.fsmonitor", program("common"));
        cpSync(join(directory, ".git"), join(directory, "inventory/.metadata"), { recursive: true });
        for (const name of ["config", "objects", "refs"]) rmSync(join(directory, ".git", name), { recursive: true });
        writeFileSync(join(directory, ".git/commondir"), "../inventory/.metadata\n");
      },
    },
  ];
}

/** Options of commands that dtsync does not call. */
const ofOtherCommands: Trap = settings(
  {
    "alias.status": "!PROGRAM",
    "alias.rev-parse": "!PROGRAM",
    "browser.mark.cmd": "PROGRAM",
    "browser.mark.path": "PROGRAM",
    "core.editor": "PROGRAM",
    "core.pager": "PROGRAM",
    "diff.guitool": "mark",
    "diff.tool": "mark",
    "difftool.mark.cmd": "PROGRAM",
    "difftool.mark.path": "PROGRAM",
    "gpg.format": "ssh",
    "gpg.program": "PROGRAM",
    "gpg.ssh.program": "PROGRAM",
    "gpg.ssh.defaultKeyCommand": "PROGRAM",
    "guitool.mark.cmd": "PROGRAM",
    "help.browser": "mark",
    "imap.tunnel": "PROGRAM",
    "init.templateDir": "inventory/hooks",
    "instaweb.browser": "mark",
    "instaweb.httpd": "PROGRAM",
    "instaweb.modulePath": "PROGRAM",
    "interactive.diffFilter": "PROGRAM",
    "log.showSignature": "true",
    "man.mark.cmd": "PROGRAM",
    "man.mark.path": "PROGRAM",
    "merge.guitool": "mark",
    "merge.tool": "mark",
    "mergetool.mark.cmd": "PROGRAM",
    "mergetool.mark.path": "PROGRAM",
    "pager.config": "PROGRAM",
    "pager.diff": "PROGRAM",
    "pager.status": "PROGRAM",
    "receive.procReceiveRefs": "refs/heads",
    "sendemail.ccCmd": "PROGRAM",
    "sendemail.headerCmd": "PROGRAM",
    "sendemail.mark.smtpServer": "PROGRAM",
    "sendemail.sendmailCmd": "PROGRAM",
    "sendemail.smtpServer": "PROGRAM",
    "sendemail.tocmd": "PROGRAM",
    "sequence.editor": "PROGRAM",
    "tar.tar.command": "PROGRAM",
    "trailer.mark.cmd": "PROGRAM",
    "trailer.mark.command": "PROGRAM",
    "web.browser": "mark",
  },
  {
    name: "options of other commands",
    options: [
      ...["alias.*", "browser.<tool>.cmd", "browser.<tool>.path", "core.editor", "core.pager", "diff.guitool"],
      ...["diff.tool", "difftool.<tool>.cmd", "difftool.<tool>.path", "gpg.<format>.program", "gpg.program"],
      ...["gpg.ssh.defaultKeyCommand", "guitool.<name>.cmd", "help.browser", "imap.tunnel", "init.templateDir"],
      ...["instaweb.browser", "instaweb.httpd", "instaweb.modulePath", "interactive.diffFilter", "log.showSignature"],
      ...["man.<tool>.cmd", "man.<tool>.path", "merge.guitool", "merge.tool", "mergetool.<tool>.cmd"],
      ...["mergetool.<tool>.path", "pager.<cmd>", "receive.procReceiveRefs", "sendemail.<identity>.*"],
      ...["sendemail.ccCmd", "sendemail.headerCmd", "sendemail.sendmailCmd", "sendemail.smtpServer"],
      ...["sendemail.tocmd", "sequence.editor", "tar.<format>.command", "trailer.<token>.cmd"],
      ...["trailer.<token>.command", "web.browser"],
    ],
  },
);
