/** Why a host is not, or cannot be made, as wanted. The code is stable and kebab-case; the message says what to do. */
export interface HostProblem {
  readonly code: string;
  readonly message: string;
}
