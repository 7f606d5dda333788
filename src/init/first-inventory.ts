/** The files of a first inventory by their path below its folder. They are valid, and laid out as `fmt` does it. */
export const firstInventory: Readonly<Record<string, string>> = {
  "dtsync.yaml": `# yaml-language-server: $schema=../schema/dtsync.schema.json
# What holds for the whole inventory. Replace what is about example.com.
version: 1

# The Dynatrace Managed clusters by the names that you give them.
clusters:
  main:
    url: https://dynatrace.example.com
    # Tokens stay out of Git: this one is in a variable. It may also come from a file or a command.
    token: { env: DTSYNC_TOKEN_MAIN }

# Named sets of permissions. A role may name other roles.
roles:
  viewer: [VIEWER]
  operator: [viewer, LOG_VIEWER, MANAGE_SETTINGS]

groups:
  # A template: every customer has such a group, with rights on the customer's own environments.
  - name: "{customer}-operators"
    ldapGroupNames: ["cn={customer}-operators,ou=groups,dc=example,dc=com"]
    access:
      "{customer}-*": operator

# What customers, environments and hosts have unless they say otherwise.
defaults:
  cluster: main
  environment:
    tags: [managed-by:dtsync]
  oneagent:
    version: latest
    monitoringMode: fullstack
  ssh:
    user: deploy
    become: sudo
  rollout:
    # One host first, then a quarter of them at a time, as long as not too many fail.
    canary: 1
    batch: 25%
    maxFailures: 10%

# What apply refuses to do.
safety:
  # Production is never disabled or deleted.
  protect: ["*-p*"]
  # An environment that is declared absent is disabled, and deleted this much later.
  deleteAfter: 7d
  # Disables, deletes and uninstalls in one plan; more need --allow-removals.
  maxRemovals: 0
  # Updates of environments or groups in one plan; more need --allow-updates.
  maxUpdates: 30%
`,
  "customers/example.yaml": `# yaml-language-server: $schema=../../schema/customer.schema.json
# One file for each customer; folders and file names are free.
customer: example
name: Example Company

environments:
  # Stage letters and a number: the id of this one is example-p1.
  p1:
    name: Example Company – production 1
    oneagent: { hostGroup: example-p1 }
    hosts:
      # A range: two hosts.
      - web[01-02].example.com
      # A host with settings of its own.
      - name: db01.example.com
        oneagent: { hostGroup: example-db, hostTags: [tier=db] }
  t1:
    hosts:
      - test01.example.com
`,
  "groups/operations.yaml": `# yaml-language-server: $schema=../../schema/groups.schema.json
# Groups that serve several customers.
groups:
  - name: operations-centre
    ldapGroupNames: ["cn=operations-centre,ou=groups,dc=example,dc=com"]
    access:
      "*": viewer
`,
};

/** An example of CODEOWNERS for an inventory in the folder. Nobody owns anything before it is edited. */
export function codeOwners(folder: string): string {
  const path = `/${folder.replaceAll(/[\s\\#]/g, "\\$&")}`;
  return `# Who has to approve a change of which files. GitLab asks them where "Require approval from code owners" is set on
# the protected branch (Premium). Later lines of a section win. Replace the names and take the marks away:
#
# [Platform]
# /.gitlab-ci.yml @platform/monitoring
# /CODEOWNERS @platform/monitoring
# ${path}/dtsync.yaml @platform/monitoring
# ${path}/groups/ @platform/monitoring
#
# [Customers]
# ${path}/customers/example.yaml @teams/example
`;
}
