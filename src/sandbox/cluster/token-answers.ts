import { emptyAnswer, errorAnswer } from "./answers.ts";
import type { TokenRecord } from "./snapshot.ts";
import { callerOf, type Exchange, type World } from "./world.ts";

export const tokenNotFound = (): Response => errorAnswer(404, "Token does not exist");

/** The answer to deleting a token, of the cluster or of an environment. */
export function removeToken(world: World, exchange: Exchange, token: TokenRecord | undefined): Response {
  if (token === undefined) return tokenNotFound();
  if (token.id === callerOf(exchange).id) return errorAnswer(400, "A token cannot delete itself");
  world.state.tokens.remove(token);
  return emptyAnswer(204);
}
