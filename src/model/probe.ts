/** `not-tried`: it could not be asked here. `failed`: it was asked, and the answer tells nothing. */
export type ProbeStatus = "answered" | "not-tried" | "failed";

/** What a cluster does where its documentation is silent. Neither names nor secrets stand in it. */
export interface ProbeAnswer {
  /** The same in every run, for programs: `left-out-fields`. */
  readonly id: string;
  readonly question: string;
  /** What was sent. */
  readonly asked: string;
  readonly status: ProbeStatus;
  /** What came of it, or why nothing did. */
  readonly answer: string;
}

/** What `dtsync doctor --probe` found out, as its JSON has it. */
export interface ProbeReport {
  readonly format: "dtsync-probe/1";
  /** ISO 8601. */
  readonly createdAt: string;
  /** Version of dtsync. */
  readonly dtsync: string;
  /** Of the cluster; null: it does not tell. */
  readonly version: string | null;
  readonly answers: readonly ProbeAnswer[];
  /** Whether everything that the probe made was removed. */
  readonly removed: boolean;
}
