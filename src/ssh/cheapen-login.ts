import type { Client, ParsedKey } from "ssh2";

/** Public halves, in base64, of keys that a server has accepted. */
export type AcceptedKeys = Set<string>;

interface Protocol {
  readonly _handlers?: {
    GLOBAL_REQUEST?: (protocol: { requestFailure(): void }, name: string, wantReply: boolean, data: unknown) => void;
  };
  authPK?: (username: string, key: ParsedKey, algorithm: string | undefined, sign?: Sign) => void;
}

type Sign = (data: Buffer, signed: (signature: Buffer) => void) => void;

/** By the algorithm of a signature; the others need none. */
const hashes: Readonly<Record<string, string>> = { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512" };

/**
 * Leaves out of a login what ssh2 has no setting for and costs both sides much. Premise: nothing that is judged or proven
 * to the other side changes; where a version of ssh2 has not what is changed here, the login is the usual one.
 *
 * Cases: a server of OpenSSH tells its other host keys after the login, and ssh2 has each of them proven, which is of no
 * use where keys that were not shown are not taken. ssh2 asks before each login whether the server takes a key; one that
 * another server has `accepted` is signed with at once, as the same key is what most hosts of a fleet know.
 */
export function cheapenLogin(client: Client, accepted: AcceptedKeys): void {
  const protocol = (client as unknown as { readonly _protocol?: Protocol })._protocol;
  if (protocol === undefined) return;
  leaveOtherKeysUnproven(protocol);
  signAtOnce(client, protocol, accepted);
}

function leaveOtherKeysUnproven({ _handlers: handlers }: Protocol): void {
  const handle = handlers?.GLOBAL_REQUEST;
  if (handlers === undefined || handle === undefined) return;
  handlers.GLOBAL_REQUEST = (protocol, name, wantReply, data) => {
    if (name !== "hostkeys-00@openssh.com") handle(protocol, name, wantReply, data);
    else if (wantReply) protocol.requestFailure();
  };
}

function signAtOnce(client: Client, protocol: Protocol, accepted: AcceptedKeys): void {
  const offer = protocol.authPK?.bind(protocol);
  if (offer === undefined) return;
  let offered = "";
  client.once("ready", () => accepted.add(offered));
  protocol.authPK = (username, key, algorithm, sign) => {
    offered = key.getPublicSSH().toString("base64");
    if (sign !== undefined || !key.isPrivateKey() || !accepted.has(offered)) {
      offer(username, key, algorithm, sign);
      return;
    }
    offer(username, key, algorithm, (data, signed) => {
      const signature: Buffer | Error = key.sign(data, hashes[algorithm ?? ""]);
      if (signature instanceof Error) offer(username, key, algorithm);
      else signed(signature);
    });
  };
}
