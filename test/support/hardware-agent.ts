import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { field, fieldAt } from "../../src/ssh/key-blob.ts";

/** A key as FIDO hardware has it. */
export interface HardwareKey {
  readonly type: string;
  /** As in a `.pub` file. */
  readonly line: string;
  readonly blob: Buffer;
  /** A signature in the form that agents give it in. */
  sign(data: Buffer): Buffer;
}

const application = "ssh:";
/** Somebody touched it. */
const present = Buffer.from([1]);

/** Hardware signs what it was asked for together with what it knows itself (PROTOCOL.u2f of OpenSSH). */
export function makeHardwareKey(kind: "ed25519" | "ecdsa"): HardwareKey {
  const privateKey = (
    kind === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("ec", { namedCurve: "P-256" })
  ).privateKey;
  const type = kind === "ed25519" ? "sk-ssh-ed25519@openssh.com" : "sk-ecdsa-sha2-nistp256@openssh.com";
  const values = kind === "ed25519" ? [publicPart(privateKey)] : ["nistp256", publicPart(privateKey)];
  const blob = Buffer.concat([type, ...values, application].map(field));
  let used = 0;
  return {
    type,
    blob,
    line: `${type} ${blob.toString("base64")} key of hardware\n`,
    sign(data) {
      used += 1;
      const counter = Buffer.alloc(4);
      counter.writeUInt32BE(used);
      const signed = Buffer.concat([sha256(Buffer.from(application)), present, counter, sha256(data)]);
      const signature = kind === "ed25519" ? sign(null, signed, privateKey) : ecdsaSignature(signed, privateKey);
      return Buffer.concat([field(type), field(signature), present, counter]);
    },
  };
}

const sha256 = (data: Buffer): Buffer => createHash("sha256").update(data).digest();

function publicPart(privateKey: KeyObject): Buffer {
  const { x = "", y } = createPublicKey(privateKey).export({ format: "jwk" });
  const [left, right] = [Buffer.from(x, "base64url"), Buffer.from(y ?? "", "base64url")];
  return y === undefined ? left : Buffer.concat([Buffer.from([4]), left, right]);
}

function ecdsaSignature(data: Buffer, key: KeyObject): Buffer {
  const both = sign("sha256", data, { key, dsaEncoding: "ieee-p1363" });
  return Buffer.concat([both.subarray(0, 32), both.subarray(32)].map((number) => field(positive(number))));
}

/** A number as SSH writes it: without zeros before it, but for one where it would be negative. */
function positive(number: Buffer): Buffer {
  const start = number.findIndex((byte) => byte !== 0);
  const significant = number.subarray(start);
  return (significant[0] ?? 0) < 0x80 ? significant : Buffer.concat([Buffer.from([0]), significant]);
}

/** An SSH agent that holds such keys. `refuses`: it lists them, and signs nothing. */
export async function startHardwareAgent(
  path: string,
  keys: readonly HardwareKey[],
  { refuses = false }: { readonly refuses?: boolean } = {},
): Promise<{ close(): void }> {
  const open = new Set<Socket>();
  const count = Buffer.alloc(4);
  count.writeUInt32BE(keys.length);
  const answer = (question: Buffer): Buffer => {
    if (question[0] === 11) {
      return Buffer.concat([Buffer.from([12]), count, ...keys.flatMap(({ blob }) => [field(blob), field("")])]);
    }
    const asked = question[0] === 13 ? fieldAt(question, 1) : null;
    const key = asked === null || refuses ? undefined : keys.find(({ blob }) => blob.equals(asked));
    const data = asked === null ? null : fieldAt(question, 5 + asked.length);
    return key === undefined || data === null
      ? Buffer.from([5])
      : Buffer.concat([Buffer.from([14]), field(key.sign(data))]);
  };
  const server = createServer((socket) => {
    let waiting = Buffer.alloc(0);
    open.add(socket);
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk]);
      for (let question = fieldAt(waiting, 0); question !== null; question = fieldAt(waiting, 0)) {
        waiting = waiting.subarray(4 + question.length);
        socket.write(field(answer(question)));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
