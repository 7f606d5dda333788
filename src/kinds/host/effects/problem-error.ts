import { HostError } from "../../../ssh/host-error.ts";
import type { HostProblem } from "../host-problem.ts";

/** A problem that was decided on, as the error that ends the work on its host. */
export const problemError = ({ code, message }: HostProblem): HostError => new HostError(code, message);
