import { connect as openSocket, type Socket } from "node:net";
import ssh2, { type ParsedKey } from "ssh2";
import { hardwareKeyOf } from "./hardware-keys.ts";
import { field, fieldAt } from "./key-blob.ts";

/*
 * What SSH agents are asked (draft-ietf-sshm-ssh-agent). ssh2 has it, too, but leaves out keys of hardware, and what follows
 * their signatures.
 */

const identitiesRequest = 11;
const identitiesAnswer = 12;
const signRequest = 13;
const signAnswer = 14;

/** How an RSA key signs, by the hash. */
const signatureFlags: ReadonlyMap<string | undefined, number> = new Map([
  ["sha256", 2],
  ["sha512", 4],
]);

/** Far more than the keys of any agent. */
const mostBytes = 1_000_000;

/** Asks over a connection of its own, which is among `open` as long as it is. Gives the answer, or rejects. */
export function askAgent(path: string, question: Buffer, open: Set<Socket>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(path);
    open.add(socket);
    let received = Buffer.alloc(0);
    socket.on("error", reject).once("close", () => {
      open.delete(socket);
      reject(new Error("it closed the connection"));
    });
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length > mostBytes) socket.destroy(new Error("it sends without end"));
      const answer = fieldAt(received, 0);
      if (answer === null) return;
      resolve(answer);
      socket.destroy();
    });
    socket.write(field(question));
  });
}

export const whichKeys: Buffer = Buffer.from([identitiesRequest]);

/** The keys that an answer names, as far as they can be used. */
export function keysIn(answer: Buffer): readonly ParsedKey[] {
  if (answer[0] !== identitiesAnswer || answer.length < 5) throw new Error("it does not say which keys it holds");
  const keys: ParsedKey[] = [];
  let position = 5;
  for (let left = answer.readUInt32BE(1); left > 0; left -= 1) {
    const blob = fieldAt(answer, position);
    const comment = blob === null ? null : fieldAt(answer, position + 4 + blob.length);
    if (blob === null || comment === null) throw new Error("what it says of its keys is cut off");
    position += 8 + blob.length + comment.length;
    const key = hardwareKeyOf(blob) ?? ssh2.utils.parseKey(blob);
    if (!(key instanceof Error)) keys.push(key);
  }
  return keys;
}

/** `hash`: of a signature of an RSA key. */
export function toSign(key: Buffer, data: Buffer, hash: string | undefined): Buffer {
  const flags = Buffer.alloc(4);
  flags.writeUInt32BE(signatureFlags.get(hash) ?? 0);
  return Buffer.concat([Buffer.from([signRequest]), field(key), field(data), flags]);
}

/** The signature in an answer, without its algorithm, and with what follows it in that of a key of hardware. */
export function signatureIn(answer: Buffer): Buffer {
  const signature = answer[0] === signAnswer ? fieldAt(answer, 1) : null;
  const algorithm = signature === null ? null : fieldAt(signature, 0);
  if (signature === null || algorithm === null) throw new Error("it does not sign");
  return signature.subarray(4 + algorithm.length + 4);
}
