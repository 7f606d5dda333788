import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import ssh2 from "ssh2";

/** An ed25519 key: the private half in OpenSSH format, the public half as `ssh-ed25519 AAAA…`. */
interface KeyPair {
  readonly private: string;
  readonly public: string;
}

/**
 * A new key. Of 256 keys one has a public half that begins with a zero byte; ssh2 1.17 loses that byte when it writes
 * the key, and cannot read it back. Such a key is thrown away.
 */
export function generateKey(): KeyPair {
  for (;;) {
    const key = ssh2.utils.generateKeyPairSync("ed25519");
    if (!(ssh2.utils.parseKey(key.private) instanceof Error))
      return { private: key.private, public: key.public.trim() };
  }
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
