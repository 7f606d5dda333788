import type { Client } from "../dynatrace/client.ts";
import type { Clock } from "../ports.ts";
import type { Asked } from "./ask.ts";
import type { Scratch } from "./scratch.ts";

/** What the questions of one probe are asked with, and what came of earlier ones. */
export interface Probing {
  readonly client: Client;
  readonly scratch: Scratch;
  readonly clock: Pick<Clock, "now" | "elapsed" | "sleep">;
  readonly signal: AbortSignal;
  /** Every secret goes here before it is used. */
  readonly conceal: (secret: string) => void;
  readonly made: {
    /** The answer to the request that made the environment, and when it came, in Unix milliseconds. */
    environment: { readonly answer: Asked; readonly at: number };
    /** Id of a group that stays to the end; null: none could be made. */
    group: string | null;
    /** Of a token of the cluster that was made; null: it had none, or none was made. */
    tokenLocation: string | null;
  };
}

/** Why a question could not be asked. */
export interface NotTried {
  readonly notTried: string;
}

/** One thing that the documentation does not say. */
export interface Question {
  readonly id: string;
  readonly question: string;
  readonly asked: string;
  /** The answer in words without names. Throws ApiError where there was none. */
  readonly ask: (probing: Probing) => Promise<string | NotTried>;
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;
