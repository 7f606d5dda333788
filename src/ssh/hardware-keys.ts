import ssh2, { type Client, type ParsedKey } from "ssh2";
import { field, fieldsOf } from "./key-blob.ts";

/**
 * Keys whose private half is in hardware (FIDO, `sk-…`), which ssh2 does not know. Terms: the *plain key* of one is what it
 * would be in a file: of the same curve, without the application that the hardware binds it to.
 *
 * Premise: the hardware is the SSH agent's matter. ssh2 is given the plain key under the name and with the blob of the other,
 * and the packet with its signature is corrected: flags and a counter follow the signature, and do not belong to it.
 */
const plainTypes: ReadonlyMap<string, string> = new Map([
  ["sk-ssh-ed25519@openssh.com", "ssh-ed25519"],
  ["sk-ecdsa-sha2-nistp256@openssh.com", "ecdsa-sha2-nistp256"],
]);

/** A byte of flags and a counter of four bytes. */
const bytesBehindSignature = 5;

export const isHardwareKey = (type: string): boolean => plainTypes.has(type);

/** The key of such a blob for ssh2; null: it is none. */
export function hardwareKeyOf(blob: Buffer): ParsedKey | null {
  const [type = Buffer.alloc(0), ...values] = fieldsOf(blob);
  const plainType = plainTypes.get(type.toString("latin1"));
  if (plainType === undefined) return null;
  const plain = Buffer.concat([plainType, ...values.slice(0, -1)].map(field));
  const parsed = ssh2.utils.parseKey(plain);
  if (parsed instanceof Error) return null;
  return Object.assign(parsed, { type: type.toString("latin1"), getPublicSSH: () => blob });
}

interface Protocol {
  readonly _packetRW?: { readonly write: PacketWriter };
  authPK?: (username: string, key: ParsedKey, algorithm: string | undefined, sign?: Sign) => void;
}

interface PacketWriter {
  finalize: (packet: Buffer) => Buffer;
}

type Sign = (data: Buffer, signed: (signature: Buffer) => void) => void;

/** Lets ssh2 send signatures of such keys: each with what follows it. */
export function sendHardwareSignatures(client: Client): void {
  const protocol = (client as unknown as { readonly _protocol?: Protocol })._protocol;
  const offer = protocol?.authPK?.bind(protocol);
  if (protocol === undefined || offer === undefined) return;
  protocol.authPK = (username, key, algorithm, sign) => {
    const writer = protocol._packetRW?.write;
    if (sign === undefined || writer === undefined || !isHardwareKey(key.type)) offer(username, key, algorithm, sign);
    else {
      offer(username, key, algorithm, (data, signed) =>
        sign(data, (signature) => {
          const { finalize } = writer;
          writer.finalize = (packet) => {
            const lengthAt = packet.indexOf(signature) - 4;
            packet.writeUInt32BE(signature.length - bytesBehindSignature, lengthAt);
            return finalize.call(writer, packet);
          };
          try {
            signed(signature);
          } finally {
            writer.finalize = finalize;
          }
        }),
      );
    }
  };
}
