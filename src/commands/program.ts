import { Command } from "commander";
import type { Context } from "../application/context.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import type { RawOptions } from "./options/raw-options.ts";
import {
  basic,
  cached,
  changedSince,
  changes,
  choiceArgument,
  choiceOption,
  clusterAccess,
  collect,
  common,
  fleet,
  full,
  notified,
  optionGroups,
  printed,
  report,
  retry,
  targets,
  unattended,
} from "./options/shared-options.ts";
import { versionLine } from "./usage/version-line.ts";

/** How a command ended, for cli.ts. */
interface ProgramRun {
  readonly program: Command;
  /** The exit code of the command that ran. */
  exitCode(): ExitCode;
}

/** Every command with its options. Actions turn arguments into options and load the command only when it is called. */
export function createProgram(context: Context): ProgramRun {
  let code: ExitCode = exitCodes.done;
  const program = new Command("dtsync")
    .description("Makes Dynatrace Managed clusters and OneAgent hosts match an inventory in Git.")
    .version(versionLine(context.version, process.version))
    .exitOverride()
    .helpCommand(false)
    .enablePositionalOptions()
    .configureOutput({ writeOut: context.output.out, writeErr: context.output.err, outputError: () => undefined })
    .hook("preAction", async (_program, command) => {
      const { checkChoices } = await import("./options/check-choices.ts");
      checkChoices(command);
      const { checkFileOptions } = await import("./options/file-options.ts");
      await checkFileOptions(command, context.variables);
      const { logOptions } = await import("./options/log-options.ts");
      await context.log.open(logOptions(command.opts(), context.variables), context.signal);
      context.log.info("run begins", () => ({
        command: command.name(),
        dtsync: context.version,
        node: process.version,
      }));
    });

  basic(program.command("init"), ["text", "json"])
    .description("write a first inventory, with schemas for editors and a pipeline beside it")
    .action(async (raw: RawOptions) => {
      const [{ initOptions }, { init }] = await Promise.all([import("./options/init-options.ts"), import("./init.ts")]);
      code = await init(await initOptions(raw, context.variables), context);
    });

  report(
    changedSince(cached(common(program.command("validate")))),
    "json, markdown, html, gitlab-codequality, sarif, junit",
  )
    .description("check the whole inventory; prints every fault with file, line, column and what to do")
    .action(async (raw: RawOptions) => {
      const [{ validateOptions }, { validate }] = await Promise.all([
        import("./options/validate-options.ts"),
        import("./validate.ts"),
      ]);
      code = await validate(await validateOptions(raw, context.variables), context);
    });

  common(program.command("explain <id>"), ["text", "json"])
    .description("the effective settings of an environment, group or host, each with the place it comes from")
    .action(async (id: string, raw: RawOptions) => {
      const [{ explainOptions }, { explain }] = await Promise.all([
        import("./options/explain-options.ts"),
        import("./explain.ts"),
      ]);
      code = await explain(await explainOptions(id, raw, context.variables), context);
    });

  targets(
    common(
      program.command("list").addArgument(choiceArgument("<kind>", ["environments", "groups", "hosts", "customers"])),
    ),
  )
    .description("what is declared: environments, groups, hosts or customers, a line each")
    .action(async (kind: string, raw: RawOptions) => {
      const [{ listOptions }, { list }] = await Promise.all([import("./options/list-options.ts"), import("./list.ts")]);
      code = await list(await listOptions(kind, raw, context.variables), context);
    });

  changes(
    program
      .command("add")
      .addArgument(choiceArgument("<kind>", ["environment", "host"]))
      .argument("<names...>"),
  )
    .description("declare an environment, or hosts in one, in the files of the inventory; nothing else in them changes")
    .option("--name <text>", "environment: its display name")
    .option("--cluster <name>", "environment: the cluster that it is on (default: as its customer)")
    .option("--tag <text>", "environment: a tag (repeatable)", collect)
    .option("--label <key=value>", "environment: a label (repeatable)", collect)
    .option("--host <name>", "environment: a host or range in it (repeatable)", collect)
    .option("--customer <name>", "environment: whose it is, where the id does not say it")
    .option("--customer-name <text>", "environment: the display name of a new customer")
    .option("--id <text>", "environment: an id of its own, which it had before")
    .option("--environment <id>", "host: where it reports to")
    .option("--address <text>", "host: where to connect, if not to its name")
    .option("--user <text>", "host: user for SSH")
    .option("--port <n>", "host: port for SSH")
    .option("--host-group <text>", "host: its host group")
    .action(async (kind: string, names: readonly string[], raw: RawOptions) => {
      const [{ addOptions }, { add }] = await Promise.all([import("./options/add-options.ts"), import("./add.ts")]);
      code = await add(await addOptions(kind, names, raw, context.variables), context);
    });

  changes(
    program
      .command("remove")
      .addArgument(choiceArgument("<kind>", ["host"]))
      .argument("<names...>"),
  )
    .description("declare hosts absent in the files of the inventory, so that apply takes their agents away")
    .action(async (kind: string, names: readonly string[], raw: RawOptions) => {
      const [{ removeOptions }, { remove }] = await Promise.all([
        import("./options/remove-options.ts"),
        import("./remove.ts"),
      ]);
      code = await remove(await removeOptions(kind, names, raw, context.variables), context);
    });

  changes(program.command("suspend <id>"))
    .description("declare that an environment, its hosts and the rights on it are not changed for a while")
    .option("--until <day>", "the last day (UTC) on which nothing is changed, such as 2026-12-01")
    .option("--why <text>", "the reason, which plans show")
    .action(async (id: string, raw: RawOptions) => {
      const [{ suspendOptions }, { suspend }] = await Promise.all([
        import("./options/suspend-options.ts"),
        import("./suspend.ts"),
      ]);
      code = await suspend(await suspendOptions(id, raw, context.variables), context);
    });

  changes(program.command("resume <id>"))
    .description("declare that a suspended environment is changed again")
    .action(async (id: string, raw: RawOptions) => {
      const [{ changeOptions }, { resume }] = await Promise.all([
        import("./options/change-options.ts"),
        import("./resume.ts"),
      ]);
      code = await resume(id, await changeOptions(raw, context.variables), context);
    });

  basic(program.command("fmt"), ["text", "json"])
    .description("give the files of the inventory a stable layout; comments are kept")
    .option("--check", "write nothing; end with 2 when files would change")
    .action(async (raw: RawOptions) => {
      const [{ fmtOptions }, { fmt }] = await Promise.all([import("./options/fmt-options.ts"), import("./fmt.ts")]);
      code = await fmt(await fmtOptions(raw, context.variables), context);
    });

  full(common(program.command("diff [revisions]")))
    .description(
      "what BASE[..HEAD] declare differently (default: merge base with the default branch, to the work tree)",
    )
    .action(async (revisions: string | undefined, raw: RawOptions) => {
      const [{ diffOptions }, { diff }] = await Promise.all([import("./options/diff-options.ts"), import("./diff.ts")]);
      code = await diff(await diffOptions(revisions, raw, context.variables), context);
    });

  report(
    notified(retry(full(fleet(program.command("plan"))))),
    "json, markdown, html, gitlab-terraform, gitlab-codequality, sarif, junit",
  )
    .description("compare the inventory with clusters and hosts; writes nothing there")
    .option("--out <file>", "save the plan for dtsync apply")
    .option("--detailed-exitcode", "end with 2 when there are changes")
    .option("--base <ref>", "tell of each change whether this revision, the base or nobody declared it")
    .action(async (raw: RawOptions) => {
      const [{ planOptions }, { plan }] = await Promise.all([import("./options/plan-options.ts"), import("./plan.ts")]);
      code = await plan(await planOptions(raw, context.variables), context);
    });

  report(
    notified(retry(full(fleet(program.command("apply [planfile]"))))),
    "json, markdown, html, gitlab-codequality, sarif, junit",
  )
    .description("make it so; with a plan file exactly that plan, else a fresh one after asking")
    .option("--auto-approve", "do not ask")
    .option("--allow-removals <n>", "allow this many disables, deletes and uninstalls")
    .option("--allow-updates <n>", "allow this many updates of environments and of groups on a cluster")
    .option("--skip-stale", "end with 5 instead of 6 when something changed since the plan")
    .option("--shard <i/n>", "make only this part of the host changes")
    .option("--journal <file>", "keep steps on hosts, and what to clean up after, in this file")
    .action(async (planFile: string | undefined, raw: RawOptions) => {
      const [{ applyOptions }, { apply }] = await Promise.all([
        import("./options/apply-options.ts"),
        import("./apply.ts"),
      ]);
      code = await apply(await applyOptions(planFile, raw, context.variables), context);
    });

  notified(unattended(program.command("watch")))
    .description("follow a Git branch, and plan or apply what it declares, on every change and again and again")
    .option("--repo <url>", "the repository, as Git takes it: https or ssh, without a password")
    .option("--branch <name>", "the branch (default: main)")
    .option("--path <path>", "folder of the inventory in the repository (default: inventory)")
    .option("--apply", "carry plans out as far as the guards let it; else what differs is only reported")
    .option("--interval <time>", "between two looks at the branch (default: 3m)")
    .option("--drift-interval <time>", "between two plans while the branch stays as it is (default: 1h)")
    .option("--jitter <percent>", "by how much each wait may be shorter or longer (default: 10%)")
    .option("--signers <file>", "take only commits that are signed by an SSH key of this file of allowed signers")
    .option("--fast-forward-only", "do not follow a branch that was rewritten; --signers has it")
    .option("--listen <address>", "serve /metrics, /healthz and /readyz: a port on loopback, or HOST:PORT")
    .option(
      "--lease <cluster/environment>",
      "with --apply, change nothing while a watch of another machine has the lease in the tags of this environment",
    )
    .option("--state <dir>", "where the copy of the branch is kept (default: a folder of the user's state)")
    .option("--once", "look and run once, and end like plan or apply")
    .action(async (raw: RawOptions) => {
      const [{ watchOptions }, { watch }] = await Promise.all([
        import("./options/watch-options.ts"),
        import("./watch.ts"),
      ]);
      code = await watch(await watchOptions(raw, context.variables), context);
    });

  targets(common(program.command("doctor"), ["text", "json"]))
    .description("check what a run would need: tokens and scopes, TLS, versions, SSH, clock")
    .option("--ssh-config <file>", "instead of ~/.ssh/config")
    .option("--allow-commands", "run the command that a token comes from")
    .option("--probe <environment>", "make this scratch environment, find out what is not documented, and remove it")
    .action(async (raw: RawOptions) => {
      const [{ doctorOptions }, { doctor }] = await Promise.all([
        import("./options/doctor-options.ts"),
        import("./doctor.ts"),
      ]);
      code = await doctor(await doctorOptions(raw, context.variables), context);
    });

  common(program.command("import"), ["text", "json"])
    .description("write an inventory from what clusters have; a plan right after it is empty")
    .option("--cluster <name>", "read this cluster (repeatable)", collect)
    .option("--all", "read all clusters of dtsync.yaml")
    .option("--url <url>", "where the cluster is, for a first import without dtsync.yaml")
    .option("--token-env <name>", "the variable of its token, with --url (default: DTSYNC_TOKEN_ and the name)")
    .option("--hosts", "declare the hosts, too, that environments list")
    .option(
      "--customer-from <rule>",
      "whose environments are: tag:, name: or id: with a pattern, or a CSV file (repeatable)",
      collect,
    )
    .option("--dry-run", "show the files as a diff and write nothing")
    .option("--allow-commands", "run the command that a token comes from")
    .action(async (raw: RawOptions) => {
      const [{ importOptions }, { importCommand }] = await Promise.all([
        import("./options/import-options.ts"),
        import("./import.ts"),
      ]);
      code = await importCommand(await importOptions(raw, context.variables), context);
    });

  full(printed(program.command("show <file>"), ["text", "json", "markdown", "html"]))
    .description("a saved plan or report as text, Markdown, JSON or HTML; - is standard input")
    .action(async (file: string, raw: RawOptions) => {
      const [{ showOptions }, { show }] = await Promise.all([import("./options/show-options.ts"), import("./show.ts")]);
      code = await show(showOptions(file, raw, context.variables), context);
    });

  printed(program.command("comment <file>"), ["text", "json"])
    .description("keep a saved plan or report as the one note of a merge request; - is standard input")
    .optionsGroup(optionGroups.own)
    .option("--issue", "keep a plan as one issue of the project instead: open while something differs, else closed")
    .addOption(
      choiceOption("--forge <how>", "gitlab or github (default: the one whose pipeline this is)", ["gitlab", "github"]),
    )
    .option("--pull-request <n>", "the number of the merge or pull request (default: that of the pipeline)")
    .option("--key <name>", "tells the notes of one merge request, or the issues of a project, apart (default: dtsync)")
    .option("--dry-run", "print the note, and send nothing")
    .action(async (file: string, raw: RawOptions) => {
      const [{ commentOptions }, { comment }] = await Promise.all([
        import("./options/comment-options.ts"),
        import("./comment.ts"),
      ]);
      code = await comment(commentOptions(file, raw, context.variables), context);
    });

  full(fleet(program.command("status")))
    .description("where the fleet stands: hosts, agents, problems, and what a plan would change")
    .option("--only-problems", "only environments that need attention, and their customers")
    .option("--html <file>", "draw the map of the fleet as one page")
    .option("--problems <days>", "list problems that have ended, too: 7d for those of a week")
    .option("--max-age <age>", "do not ask again what was asked less long ago, such as 30s, 1h or 0 (default: 5m)")
    .action(async (raw: RawOptions) => {
      const [{ statusOptions }, { status }] = await Promise.all([
        import("./options/status-options.ts"),
        import("./status.ts"),
      ]);
      code = await status(await statusOptions(raw, context.variables), context);
    });

  clusterAccess(targets(changedSince(common(program.command("api <path>"), []))))
    .description("ask every environment in scope one question (GET) and print the answers as lines of JSON")
    .option("--scope <scope>", "what the token of each environment may do (default: what the path is known to need)")
    .option("--resume <file>", "begin with what an earlier run has answered, and ask only the others")
    .action(async (path: string, raw: RawOptions) => {
      const [{ apiOptions }, { api }] = await Promise.all([import("./options/api-options.ts"), import("./api.ts")]);
      code = await api(await apiOptions(path, raw, context.variables), context);
    });

  common(program.command("sandbox [command...]"), ["text", "json"])
    .description(
      "serve simulated clusters and hosts for the inventory on loopback; with a command, run it against them",
    )
    .option("--state <file>", "keep the clusters between runs in this file")
    .option(
      "--seed <source>",
      "begin with a JSON snapshot, `inventory` for everything declared, or `estate` for clusters that have grown for years (default: empty)",
    )
    .passThroughOptions()
    .action(async (command: readonly string[], raw: RawOptions) => {
      const [{ sandboxOptions }, { sandbox }] = await Promise.all([
        import("./options/sandbox-options.ts"),
        import("./sandbox.ts"),
      ]);
      code = await sandbox(await sandboxOptions(command, raw, context.variables), context);
    });

  program
    .command("demo")
    .description("sandbox, plan, apply, plan on the example inventory")
    .option("--no-color", "no colours (also: NO_COLOR)")
    .action(async (raw: RawOptions) => {
      const { demo } = await import("./demo.ts");
      code = await demo(raw["color"] !== false, context);
    });

  program
    .command("help [topic]")
    .description("a page of the documentation, the help of a command, or what an error code means")
    .allowUnknownOption()
    .action(async (topic: string | undefined) => {
      const { help } = await import("./help.ts");
      code = await help(topic, program, context);
    });

  program
    .command("completion")
    .description("print the script with which a shell completes commands, options and names of the inventory")
    .addArgument(choiceArgument("<shell>", ["bash", "zsh", "fish"]))
    .action(async (shell: string) => {
      const { completion } = await import("./completion.ts");
      code = completion(shell, context);
    });

  program
    .command("complete", { hidden: true })
    .argument("<shell>")
    .argument("[words...]")
    .passThroughOptions()
    .action(async (shell: string, words: readonly string[]) => {
      const { complete } = await import("./complete.ts");
      code = await complete(program, shell, words, context);
    });

  return { program, exitCode: () => code };
}
