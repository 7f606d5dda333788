import { isStatus } from "../dynatrace/api-error.ts";
import type { ApiRequest } from "../dynatrace/api-request.ts";
import type { Client } from "../dynatrace/client.ts";
import { deleteClusterToken, listClusterTokens } from "../dynatrace/token-api.ts";
import { errorMessage } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { type Asked, ask, isSuccess, memberAt } from "./ask.ts";

/**
 * Terms: the *scratch* of a probe is all that it makes on a cluster: one environment, some groups and some tokens.
 *
 * Premise: everything in it bears the id of its run in its name, which nobody else has. So what is removed is found by that
 * name alone, on a later run as well, and nothing else can be meant.
 *
 * Cases: an environment of the id that bears another name is somebody else's and is left alone. What an answer did not come
 * of may be there all the same, so removing does not go by what is remembered.
 */
export interface Scratch {
  /** Twelve hexadecimal digits. */
  readonly runId: string;
  /** Id of the environment. */
  readonly environment: string;
}

export const environmentsPath = "/api/cluster/v2/environments";
export const groupsPath = "/api/v1.0/onpremise/groups";
const disabledWait = 5_000;
const disabledPatience = 60_000;

export const environmentPath = ({ environment }: Pick<Scratch, "environment">): string =>
  `${environmentsPath}/${encodeURIComponent(environment)}`;

export const environmentName = ({ runId }: Pick<Scratch, "runId">): string => `dtsync probe ${runId}`;

/** The id of the run that made an environment of this name; null: no probe did. */
export const runOfEnvironment = (name: string): string | null =>
  /^dtsync probe ([0-9a-f]{12})$/.exec(name)?.[1] ?? null;

/** Three names that tell how a cluster makes an id of one: the last two may become the id of the first two. */
export const groupNames = ({ runId }: Pick<Scratch, "runId">) =>
  ({
    written: `Dt_Sync probe ${runId} A`,
    plain: `dtsync-probe-${runId}-a`,
    clashing: `DtSync Probe ${runId} A`,
  }) as const;

/** Of tokens like those of other runs, so that these clean up after a probe, too. */
export const tokenPrefix = ({ runId }: Pick<Scratch, "runId">): string => `dtsync run ${runId} `;

/** The whole environment as the probe writes it. */
export const environmentBody = (scratch: Scratch, state: "ENABLED" | "DISABLED" = "ENABLED") => ({
  name: environmentName(scratch),
  state,
  trial: false,
  tags: ["dtsync-probe"],
});

/** Removes all that a probe has made, each as far as it goes. Gives what is left, in words that say what to do. */
export async function removeScratch(
  client: Client,
  scratch: Scratch,
  clock: Pick<Clock, "now" | "elapsed" | "sleep">,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const attempt = async (what: string, advice: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      problems.push(`${what} may be left on the cluster (${errorMessage(error)}): ${advice}`);
    }
  };
  const names = Object.values(groupNames(scratch));
  await attempt(`groups named ${names.map((name) => `"${name}"`).join(", ")}`, "delete them in its console", () =>
    removeGroups(client, scratch),
  );
  await attempt(
    `the environment ${scratch.environment} named "${environmentName(scratch)}"`,
    "disable and delete it in its console",
    () => removeEnvironment(client, scratch, clock),
  );
  await attempt(`tokens named "${tokenPrefix(scratch)}…"`, "they expire within two days", () =>
    removeTokens(client, scratch),
  );
  return problems;
}

/** A call that an interrupt does not end, and that may be made again. */
const cleanUp = (client: Client, request: ApiRequest, further?: readonly number[]): Promise<Asked> =>
  ask(client, { ...request, cleanup: true }, further);

async function ownGroups(client: Client, scratch: Scratch): Promise<readonly string[]> {
  const names: readonly unknown[] = Object.values(groupNames(scratch));
  const { body } = await cleanUp(client, { method: "GET", path: groupsPath, bodyLimit: 64_000_000 });
  if (!Array.isArray(body)) throw new Error("the list of groups could not be read");
  return body.flatMap((group) => {
    const id = memberAt(group, "id");
    return names.includes(memberAt(group, "name")) && typeof id === "string" ? id : [];
  });
}

async function removeGroups(client: Client, scratch: Scratch): Promise<void> {
  for (const id of await ownGroups(client, scratch))
    await cleanUp(client, { method: "DELETE", path: `${groupsPath}/${encodeURIComponent(id)}` });
  if ((await ownGroups(client, scratch)).length > 0) throw new Error("they are still listed after they were deleted");
}

async function removeEnvironment(
  client: Client,
  scratch: Scratch,
  clock: Pick<Clock, "now" | "elapsed" | "sleep">,
): Promise<void> {
  const path = environmentPath(scratch);
  const read = () => cleanUp(client, { method: "GET", path });
  const found = await read();
  if (found.status === 404) return;
  if (!isSuccess(found)) throw new Error(`reading it gave status ${found.status}`);
  const name = memberAt(found.body, "name");
  if (name !== environmentName(scratch)) throw new Error("it has another name by now, so it was left alone");
  if (memberAt(found.body, "state") !== "DISABLED") {
    const disabled = await cleanUp(client, { method: "PUT", path, body: environmentBody(scratch, "DISABLED") });
    if (!isSuccess(disabled)) throw new Error(`disabling it gave status ${disabled.status}`);
  }
  const began = clock.elapsed();
  for (;;) {
    const { status } = await cleanUp(client, { method: "DELETE", path });
    if (status !== 400) break;
    if (clock.elapsed() - began >= disabledPatience) throw new Error("deleting it is refused with status 400");
    await clock.sleep(disabledWait);
  }
  const after = await read();
  if (after.status !== 404) throw new Error(`after it was deleted, reading it gave status ${after.status}`);
}

async function removeTokens(client: Client, scratch: Scratch): Promise<void> {
  let listed: Awaited<ReturnType<typeof listClusterTokens>>;
  try {
    listed = await listClusterTokens(client);
  } catch (error) {
    // Whoever may not list tokens could not make any either.
    if (isStatus(error, 403)) return;
    throw error;
  }
  for (const { id, name } of listed) if (name.startsWith(tokenPrefix(scratch))) await deleteClusterToken(client, id);
}
