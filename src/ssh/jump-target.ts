import type { JumpAddress } from "./jump-address.ts";
import { resolveTarget, type SshClientSettings, type SshTarget } from "./target.ts";

/** A jump host with the user and port that the way names; the others are those of ssh_config for it. Throws HostError. */
export function jumpTarget(
  { user, host, port }: JumpAddress,
  hostKeys: SshTarget["hostKeys"],
  settings: SshClientSettings,
): SshTarget {
  const ssh = { hostKeys, ...(user === null ? {} : { user }), ...(port === null ? {} : { port }), jump: [] };
  return resolveTarget({ name: host, address: null, ssh }, settings);
}
