import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from "ssh2";
import { caseSensitiveGlobMatcher } from "../lib/glob.ts";
import type { SshOptions } from "./config.ts";
import { HostError } from "./host-error.ts";

/** What may be agreed on with a server, each in the order in which it is wanted. */
export interface Algorithms {
  readonly kex: readonly KexAlgorithm[];
  readonly cipher: readonly CipherAlgorithm[];
  readonly hmac: readonly MacAlgorithm[];
  readonly serverHostKey: readonly ServerHostKeyAlgorithm[];
  /** What keys may sign with to log in. */
  readonly publicKey: readonly string[];
}

/**
 * What is offered where ssh_config says nothing: no more than OpenSSH does, the cheapest first. A group exchange is not
 * among it, because computing one takes over a second.
 */
const defaults: Algorithms = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
  ],
  cipher: [
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
    "chacha20-poly1305@openssh.com",
  ],
  hmac: [
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha1-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
    "hmac-sha1",
  ],
  serverHostKey: [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
  ],
  publicKey: [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "rsa-sha2-512",
    "rsa-sha2-256",
  ],
};

/** What ssh2 has besides; only used where ssh_config asks for it. */
const others: Algorithms = {
  kex: [
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group15-sha512",
    "diffie-hellman-group17-sha512",
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group1-sha1",
  ],
  cipher: ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
  hmac: ["hmac-sha1-96", "hmac-md5", "hmac-md5-96"],
  serverHostKey: ["ssh-rsa", "ssh-dss"],
  publicKey: ["ssh-rsa", "ssh-dss"],
};

/** The keyword of ssh_config for each kind. */
export const keywords: Readonly<Record<keyof Algorithms, string>> = {
  kex: "KexAlgorithms",
  cipher: "Ciphers",
  hmac: "MACs",
  serverHostKey: "HostKeyAlgorithms",
  publicKey: "PubkeyAcceptedAlgorithms",
};

/** Those that ssh_config may ask for, of what a server has. */
export const allowable = (kind: keyof Algorithms, offered: readonly string[]): readonly string[] =>
  [...defaults[kind], ...others[kind]].filter((name) => offered.includes(name));

/** Algorithms by ssh_config. Throws HostError `ssh-config` where it leaves none that dtsync has. */
export function algorithmsOf(options: Pick<SshOptions, "get">): Algorithms {
  const choose = <Kind extends keyof Algorithms>(kind: Kind): Algorithms[Kind] => {
    const keyword = keywords[kind];
    return chosen({ keyword, value: options.get(keyword.toLowerCase()), usual: defaults[kind], rare: others[kind] });
  };
  return {
    kex: choose("kex"),
    cipher: choose("cipher"),
    hmac: choose("hmac"),
    serverHostKey: choose("serverHostKey"),
    publicKey: choose("publicKey"),
  };
}

interface Choice<List> {
  readonly keyword: string;
  readonly value: string | undefined;
  readonly usual: List;
  readonly rare: List;
}

/**
 * As OpenSSH takes a list: `+` adds to the usual ones, `-` takes them away, `^` puts before, else it replaces them. The
 * names may be patterns; lists in which OpenSSH takes none but for `-` are refused by it.
 */
function chosen<List extends readonly string[]>({ keyword, value, usual, rare }: Choice<List>): List {
  if (value === undefined) return usual;
  const [, sign, list = ""] = /^([+^-]?)(.*)$/s.exec(value) ?? [];
  const named = list.split(",");
  const known = [...usual, ...rare];
  const matching = (names: readonly string[]) => names.flatMap((name) => known.filter(caseSensitiveGlobMatcher(name)));
  const removed = (name: string) => named.some((pattern) => caseSensitiveGlobMatcher(pattern)(name));
  const result = {
    "+": () => [...usual, ...matching(named)],
    "^": () => [...matching(named), ...usual],
    "-": () => usual.filter((name) => !removed(name)),
    "": () => matching(named),
  }[sign as "+" | "^" | "-" | ""]();
  if (result.length === 0) {
    throw new HostError(
      "ssh-config",
      `ssh_config allows no algorithm of ${keyword} that dtsync has: ${known.join(", ")}`,
    );
  }
  return [...new Set(result)] as unknown as List;
}
