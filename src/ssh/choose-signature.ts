import type { Client } from "ssh2";
import { keyTypeFor } from "./key-blob.ts";

interface Protocol {
  _compatFlags?: number;
  readonly _handlers?: {
    EXT_INFO?: (protocol: unknown, extensions: readonly Extension[]) => void;
    SERVICE_ACCEPT?: (protocol: unknown, service: string) => void;
  };
}

interface Extension {
  readonly name: string;
  readonly algs?: readonly string[];
}

const signaturesTaken = "server-sig-algs";
/** A flag of ssh2 for OpenSSH 7.4, which takes the signatures with SHA-2 and does not say so. */
const silentAboutSha2 = 1 << 4;
const sha2 = ["rsa-sha2-256", "rsa-sha2-512"];

/**
 * Lets RSA keys sign as ssh_config allows, as OpenSSH does: by the first of these algorithms that the server says to take,
 * and with SHA-1 where it says nothing. ssh2 has an order of its own, so it is told of a server that takes just the one.
 * Where a version of ssh2 has not what is changed here, its own order counts.
 *
 * Gives whether an RSA key may sign, once the server has said what it takes.
 */
export function chooseSignature(client: Client, allowed: readonly string[]): () => boolean {
  const protocol = (client as unknown as { readonly _protocol?: Protocol })._protocol;
  const handlers = protocol?._handlers;
  const { EXT_INFO: tell, SERVICE_ACCEPT: begin } = handlers ?? {};
  let mayRsaSign = true;
  if (protocol === undefined || handlers === undefined || tell === undefined || begin === undefined) {
    return () => mayRsaSign;
  }
  let taken: readonly string[] | null = null;
  handlers.EXT_INFO = (_protocol, extensions) => {
    taken ??= extensions.find(({ name }) => name === signaturesTaken)?.algs ?? null;
  };
  // Logging in begins with it, and what the server takes is said before.
  handlers.SERVICE_ACCEPT = (...accepted) => {
    const flags = protocol._compatFlags ?? 0;
    protocol._compatFlags = flags & ~silentAboutSha2;
    const rsa = rsaSignature(allowed, taken !== null && (flags & silentAboutSha2) !== 0 ? sha2 : taken);
    mayRsaSign = rsa !== undefined;
    tell(accepted[0], [{ name: signaturesTaken, algs: rsa === undefined ? [] : [rsa] }]);
    begin(...accepted);
  };
  return () => mayRsaSign;
}

/** `taken`: null where the server does not say. */
function rsaSignature(allowed: readonly string[], taken: readonly string[] | null): string | undefined {
  return allowed.find((name) => keyTypeFor(name) === "ssh-rsa" && (taken ?? ["ssh-rsa"]).includes(name));
}
