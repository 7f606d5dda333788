import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import ssh2 from "ssh2";

/** An ed25519 key: the private half in OpenSSH format, the public half as `ssh-ed25519 AAAA…`. */
export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

export function generateKey(): KeyPair {
  const key = ssh2.utils.generateKeyPairSync("ed25519");
  return { private: key.private, public: key.public.trim() };
}

/** The key in a file (mode 0600, with `.pub` beside it), made when there is none yet. */
export function keyInFile(path: string): KeyPair {
  if (existsSync(path))
    return { private: readFileSync(path, "utf8"), public: readFileSync(`${path}.pub`, "utf8").trim() };
  const key = generateKey();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, key.private, { mode: 0o600 });
  writeFileSync(`${path}.pub`, `${key.public}\n`);
  return key;
}
