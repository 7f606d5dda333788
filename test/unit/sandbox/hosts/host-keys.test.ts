import ssh2 from "ssh2";
import { expect, test, vi } from "vitest";
import { generateKey } from "../../../../src/sandbox/hosts/host-keys.ts";

test("a key that cannot be read again is thrown away", () => {
  const damaged = { ...ssh2.utils.generateKeyPairSync("ed25519"), private: "-----BEGIN OPENSSH PRIVATE KEY-----\n" };
  const generate = vi.spyOn(ssh2.utils, "generateKeyPairSync").mockReturnValueOnce(damaged);
  try {
    const key = generateKey();
    expect(generate).toHaveBeenCalledTimes(2);
    expect(ssh2.utils.parseKey(key.private)).not.toBeInstanceOf(Error);
    expect(Buffer.from(key.public.split(" ")[1] ?? "", "base64")).toHaveLength(51);
  } finally {
    generate.mockRestore();
  }
});
