import type { Client } from "../../../dynatrace/client.ts";
import { readEnvironment, readEnvironments, readGroups } from "../../../dynatrace/cluster-api.ts";
import { findGroupByName, type GroupNames, groupNameKey, groupNames, type NameMatch } from "../group-names.ts";

/** What the changes of the groups of one cluster look up together: lists are read once a run and not once a group. */
export interface GroupDirectory {
  /** The group that a name means there. */
  find(name: string): Promise<NameMatch<NamedGroup>>;
  learn(name: string, id: string): void;
  /** The next look-up reads the list of groups again. */
  refresh(): void;
  /** Those of the environments that the cluster does not have; each was asked for by itself. In lower case. */
  findGone(environments: readonly string[]): Promise<ReadonlySet<string>>;
  /** The next look for those that are gone reads the list of environments again: this run may have deleted one meanwhile. */
  refreshEnvironments(): void;
}

interface NamedGroup {
  readonly name: string;
  readonly id: string;
}

const withoutLimits = { quotas: false, storage: false } as const;

export function createGroupDirectory(client: Client): GroupDirectory {
  let groups: Promise<GroupNames<NamedGroup>> | null = null;
  let environments: Promise<ReadonlySet<string>> | null = null;
  /** Groups that this run made: a list can be late, or older than they are. */
  const learned = new Map<string, readonly NamedGroup[]>();
  const gone = new Set<string>();

  const readNames = async () => groupNames((await readGroups(client)).map(({ name, id }) => ({ name, id })));
  const readEnvironmentIds = async () =>
    new Set((await readEnvironments(client, withoutLimits)).map(({ id }) => id.toLowerCase()));

  /** A list can be late, so what is missing in it is asked for. */
  async function isGone(environment: string): Promise<boolean> {
    if (!gone.has(environment) && (await readEnvironment(client, environment, withoutLimits)) === null)
      gone.add(environment);
    return gone.has(environment);
  }

  return {
    async find(name) {
      groups ??= readNames();
      try {
        return findGroupByName(name, await groups, learned);
      } catch (error) {
        groups = null;
        throw error;
      }
    },
    learn: (name, id) => {
      const key = groupNameKey(name);
      learned.set(key, [...(learned.get(key) ?? []), { name, id }]);
    },
    refresh: () => {
      groups = null;
    },
    refreshEnvironments: () => {
      environments = null;
    },
    async findGone(wanted) {
      if (wanted.length === 0) return new Set();
      environments ??= readEnvironmentIds();
      let there: ReadonlySet<string>;
      try {
        there = await environments;
      } catch (error) {
        environments = null;
        throw error;
      }
      const missing = [...new Set(wanted.map((id) => id.toLowerCase()))].filter((id) => !there.has(id));
      const answers = await Promise.all(missing.map(async (id) => ({ id, gone: await isGone(id) })));
      return new Set(answers.filter((answer) => answer.gone).map(({ id }) => id));
    },
  };
}
