import { type Attempted, attempted, attempts, type RepeatPorts, repeatUntil, unwrap } from "../lib/repeat-until.ts";
import { ApiError, isStatus } from "./api-error.ts";

/** Does the work, and once more after `renew` when the cluster did not take the token that it was done with. */
export async function renewedWhenRefused<T>(work: () => Promise<T>, renew: () => Promise<void> | void): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isStatus(error, 401)) throw error;
  }
  await renew();
  return work();
}

const creationAttempts = 3;

/**
 * Creating a token is not repeatable: when the answer is lost, so is the secret. What was made is deleted, then made again.
 */
export async function remakeWhenLost<T>(
  create: () => Promise<T>,
  remove: () => Promise<void>,
  ports: RepeatPorts,
): Promise<T> {
  const isLost = (made: Attempted<T>) =>
    made.failed && made.error instanceof ApiError && made.error.details.effect === "unknown";
  const result = await repeatUntil(
    async () => {
      const made = await attempted(create);
      if (isLost(made)) await remove();
      return made;
    },
    (made) => !isLost(made),
    attempts(creationAttempts),
    ports,
  );
  return unwrap(result);
}
