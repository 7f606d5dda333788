/** Why a plan file is not taken. */
export interface PlanFault {
  /** JSON pointer to the value, or to the key that is missing. */
  readonly pointer: string;
  /** What it has to be. */
  readonly message: string;
}
