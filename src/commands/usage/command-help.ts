/** Headings of commands in the help of dtsync. */
export const commandGroups = {
  inventory: "Write and check:",
  fleet: "Plan and apply:",
  trial: "Try it out:",
  help: "Help:",
} as const;

/** What the help of a command says besides its options. */
export interface CommandHelp {
  /** Under which heading it stands in the help of dtsync. */
  readonly group: keyof typeof commandGroups;
  /** Calls that can be typed as they are, against the example inventory. */
  readonly examples: readonly Example[];
  /** Pages of the documentation that `dtsync help` shows. */
  readonly topics: readonly string[];
  /** Sections of docs/commands.md that its manual page has. */
  readonly sections: readonly string[];
}

export interface Example {
  readonly line: string;
  readonly what: string;
}

/** By the name of the command. Tests run every example. */
export const commandHelp: Readonly<Record<string, CommandHelp>> = {
  init: {
    group: "inventory",
    examples: [
      { line: "dtsync init", what: "begin in ./inventory" },
      { line: "dtsync init --inventory fleet/inventory", what: "begin in another folder" },
    ],
    topics: ["inventory", "gitlab"],
    sections: ["A first inventory"],
  },
  validate: {
    group: "inventory",
    examples: [
      { line: "dtsync validate", what: "check everything" },
      { line: "dtsync validate --changed-since origin/main", what: "show only faults that this branch brings" },
      { line: "dtsync validate --report gitlab-codequality=quality.json", what: "write them for a merge request too" },
    ],
    topics: ["inventory", "inventory-reference"],
    sections: ["Only what changed", "Code quality and SARIF", "What validate keeps"],
  },
  explain: {
    group: "inventory",
    examples: [
      { line: "dtsync explain abc-p1", what: "an environment" },
      { line: "dtsync explain db01.abc.example.com", what: "a host" },
      { line: "dtsync explain group/emea/noc", what: "a group, by the id that plans print" },
    ],
    topics: ["commands", "inventory"],
    sections: ["Explain"],
  },
  list: {
    group: "inventory",
    examples: [
      { line: "dtsync list hosts --target abc", what: "the hosts of a customer" },
      { line: "dtsync list environments --format json", what: "everything that is declared, for a program" },
    ],
    topics: ["commands"],
    sections: ["List", "Targets"],
  },
  add: {
    group: "inventory",
    examples: [
      { line: "dtsync add environment abc-p2 --host 'app[01-04].abc.example.com'", what: "an environment with hosts" },
      {
        line: "dtsync add host web05.abc.example.com --environment abc-p1 --dry-run",
        what: "only show the lines that would change",
      },
    ],
    topics: ["commands", "day-two"],
    sections: ["Add and remove"],
  },
  remove: {
    group: "inventory",
    examples: [{ line: "dtsync remove host web04.abc.example.com", what: "out of its range, and listed as absent" }],
    topics: ["commands", "day-two"],
    sections: ["Add and remove"],
  },
  suspend: {
    group: "inventory",
    examples: [
      {
        line: "dtsync suspend abc-p1 --until 9999-12-31 --why 'migration freeze' --dry-run",
        what: "only show the lines that would change",
      },
    ],
    topics: ["commands", "day-two"],
    sections: ["Suspend and resume"],
  },
  resume: {
    group: "inventory",
    examples: [{ line: "dtsync resume abc-p1", what: "the environment is changed again" }],
    topics: ["commands", "day-two"],
    sections: ["Suspend and resume"],
  },
  fmt: {
    group: "inventory",
    examples: [
      { line: "dtsync fmt", what: "give every file its layout" },
      { line: "dtsync fmt --check", what: "only say which files would change, for a pipeline" },
    ],
    topics: ["commands"],
    sections: ["Layout"],
  },
  diff: {
    group: "inventory",
    examples: [
      { line: "dtsync diff", what: "what this branch and the work tree declare differently" },
      { line: "dtsync diff HEAD~1..HEAD", what: "what the last commit declared differently" },
      { line: "dtsync diff origin/main --format markdown", what: "as a comment for a merge request" },
    ],
    topics: ["commands"],
    sections: ["Diff"],
  },
  plan: {
    group: "fleet",
    examples: [
      { line: "dtsync plan", what: "compare everything" },
      { line: "dtsync plan --target abc --out plan.json", what: "one customer, and keep the plan for dtsync apply" },
      {
        line: "dtsync plan --target 'stage=p,cluster=emea' --hosts skip",
        what: "production of a cluster, without hosts",
      },
      { line: "dtsync plan --only groups --report markdown=plan.md", what: "groups and rights, and a report" },
      { line: "dtsync plan --report html=plan.html", what: "a page to search and filter the changes on" },
    ],
    topics: ["commands", "hosts", "exit-codes"],
    sections: ["Targets", "Only what changed", "Who declared it", "Reports"],
  },
  apply: {
    group: "fleet",
    examples: [
      { line: "dtsync apply --target abc-t1", what: "plan one environment, ask, and make it so" },
      { line: "dtsync apply plan.json", what: "make what a reviewed plan chose" },
      {
        line: "dtsync apply --auto-approve --allow-removals 2",
        what: "without a question, and with two removals at most",
      },
      { line: "dtsync apply --retry .dtsync/apply.json", what: "only what the last apply left" },
    ],
    topics: ["life-of-a-run", "exit-codes", "hosts"],
    sections: ["Targets", "Again, only what failed", "Reports"],
  },
  doctor: {
    group: "fleet",
    examples: [
      { line: "dtsync doctor", what: "check everything that a run would need" },
      { line: "dtsync doctor --target cluster=emea --format json", what: "one cluster, for a program" },
      {
        line: "dtsync doctor --target cluster=emea --probe dtsync-probe-1",
        what: "find out what is not documented, with an environment that is made for it and removed",
      },
    ],
    topics: ["troubleshooting", "exit-codes"],
    sections: ["Doctor", "Probe"],
  },
  import: {
    group: "inventory",
    examples: [
      { line: "dtsync import --cluster emea --dry-run", what: "show what of a cluster is not declared yet" },
      { line: "dtsync import --all", what: "declare everything that the clusters of dtsync.yaml have" },
      {
        line: "dtsync import --cluster emea --url https://dynatrace.emea.example.com --inventory fleet",
        what: "begin an inventory with what a cluster has",
      },
    ],
    topics: ["commands", "migrating", "inventory"],
    sections: ["Import"],
  },
  comment: {
    group: "fleet",
    examples: [
      { line: "dtsync comment plan.json --dry-run", what: "what a merge request would say" },
      { line: "dtsync comment .dtsync/plan.json", what: "in a pipeline of a merge request: write or update the note" },
      {
        line: "dtsync comment .dtsync/drift.json --issue",
        what: "in a scheduled one: one issue, open while something differs",
      },
    ],
    topics: ["commands", "gitlab"],
    sections: ["Comment"],
  },
  show: {
    group: "fleet",
    examples: [
      { line: "dtsync show plan.json", what: "a plan that was saved with plan --out" },
      { line: "dtsync show .dtsync/apply.json --format markdown", what: "what the last apply did, for an issue" },
      { line: "dtsync show plan.json --format html > plan.html", what: "the plan as a page" },
    ],
    topics: ["commands", "life-of-a-run"],
    sections: ["Show"],
  },
  watch: {
    group: "fleet",
    examples: [
      {
        line: "dtsync watch --repo https://gitlab.example.com/platform/estate.git",
        what: "tell when clusters and hosts are not as the branch main declares",
      },
      {
        line: "dtsync watch --repo git@gitlab.example.com:platform/estate.git --apply --listen 9464",
        what: "keep them so, with metrics on a port of this machine",
      },
    ],
    topics: ["watch"],
    sections: ["Watch", "Notifications", "Targets"],
  },
  status: {
    group: "fleet",
    examples: [
      { line: "dtsync status", what: "the whole fleet" },
      { line: "dtsync status --only-problems --target stage=p", what: "production environments that need attention" },
      { line: "dtsync status --problems 7d --format json", what: "with the problems of a week, for a program" },
      { line: "dtsync status --max-age 0", what: "with everything asked again" },
    ],
    topics: ["commands"],
    sections: ["Status", "Targets"],
  },
  api: {
    group: "fleet",
    examples: [
      { line: "dtsync api /api/v2/problems --target stage=p", what: "the problems of all production environments" },
      {
        line: `dtsync api '/api/v2/entities?entitySelector=type("HOST")' --target abc > hosts.jsonl`,
        what: "the hosts of a customer, kept in a file",
      },
    ],
    topics: ["commands"],
    sections: ["One question to every environment", "Targets"],
  },
  sandbox: {
    group: "trial",
    examples: [
      { line: "dtsync sandbox -- dtsync plan", what: "a plan against empty clusters" },
      {
        line: "dtsync sandbox --seed inventory -- dtsync plan",
        what: "against clusters that have all that is declared",
      },
      {
        line: "dtsync sandbox -- sh -c 'dtsync plan --out plan.json && dtsync apply plan.json'",
        what: "all that a pipeline does",
      },
    ],
    topics: ["sandbox"],
    sections: [],
  },
  demo: {
    group: "trial",
    examples: [{ line: "dtsync demo", what: "see it all in some seconds" }],
    topics: ["sandbox"],
    sections: [],
  },
  help: {
    group: "help",
    examples: [
      { line: "dtsync help", what: "all commands and pages" },
      { line: "dtsync help inventory", what: "a page" },
      { line: "dtsync help installer-exit-6", what: "what an error code means" },
      { line: "dtsync help target", what: "what the pages say of an option" },
    ],
    topics: [],
    sections: ["Help"],
  },
  completion: {
    group: "help",
    examples: [
      { line: "source <(dtsync completion bash)", what: "bash: in ~/.bashrc" },
      { line: "source <(dtsync completion zsh)", what: "zsh: in ~/.zshrc, below compinit" },
      { line: "dtsync completion fish > ~/.config/fish/completions/dtsync.fish", what: "fish: once" },
    ],
    topics: ["commands"],
    sections: ["Completion"],
  },
};
