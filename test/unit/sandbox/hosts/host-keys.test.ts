import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { generateKey } from "../../../../src/sandbox/hosts/host-keys.ts";

test("every key that is made can be read again", () => {
  // One in 256 could not: of 2,000, all can be read by chance once in 2,500 runs.
  for (let made = 0; made < 2000; made += 1) {
    const key = generateKey();
    expect(ssh2.utils.parseKey(key.private)).not.toBeInstanceOf(Error);
    expect(Buffer.from(key.public.split(" ")[1] ?? "", "base64")).toHaveLength(51);
  }
});
