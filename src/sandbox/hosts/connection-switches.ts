/** What can be wrong with the way to a host. Nothing set means nothing is. */
export interface ConnectionSwitches {
  /** Nobody listens; open connections are cut. */
  readonly down?: boolean;
  /** The host shows another key than the one in known_hosts. */
  readonly changedHostKey?: boolean;
  /** Waiting time before each command. */
  readonly slowMilliseconds?: number;
  /** Each connection breaks this long after a command began. */
  readonly dropAfterMilliseconds?: number;
}
