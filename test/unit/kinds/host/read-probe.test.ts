import fc from "fast-check";
import { expect, test } from "vitest";
import { readProbe } from "../../../../src/kinds/host/effects/read-probe.ts";
import { HostError } from "../../../../src/ssh/host-error.ts";
import { parseSections } from "../../../../src/ssh/remote-script.ts";

const marker = "#dtsync-00112233";

function read(...lines: readonly string[]) {
  const output = ["platform", "Linux x86_64", "lock free", "agent absent", ...lines, "end"];
  const names =
    /^(?:platform|lock free|agent absent|user .*|memory|space|mounts|downloader .*|checksum .*|reach .*|end)$/;
  return readProbe(
    parseSections(output.map((line) => (names.test(line) ? `${marker} ${line}` : line)).join("\n"), marker),
  );
}

const df = "Filesystem 1024-blocks Used Available Capacity Mounted on";

test("what an installer would meet", () => {
  const { site } = read(
    ...["user 0", "memory", "4096000"],
    ...["space", df, "/dev/mapper/a b 9 1 2048000 1% /opt", "tmpfs 9 1 -5 100% /tmp dir"],
    ...["mounts", "/dev/x / ext4 rw 0 0", "/dev/a /opt ext4 ro,noexec 0 0", "tmpfs /tmp\\040dir tmpfs rw,nosuid 0 0"],
    ...["downloader wget", "checksum none", "reach no"],
  );
  expect(site).toEqual({
    userId: 0,
    memory: 4_000,
    installPlace: { mountPoint: "/opt", free: 2_000, readOnly: true, noExecution: true, noSetUid: false },
    temporaryPlace: { mountPoint: "/tmp dir", free: 0, readOnly: false, noExecution: false, noSetUid: true },
    downloader: "wget",
    checksum: false,
    reachesCluster: false,
  });
});

test("what it does not tell is not known, and never the opposite", () => {
  expect(
    read("user x", "memory", "lots", "space", df, "/dev/a 9 1 5 1% /", "mounts", "downloader fetch", "checksum maybe")
      .site,
  ).toEqual({
    userId: null,
    memory: null,
    installPlace: null,
    temporaryPlace: null,
    downloader: null,
    checksum: null,
    reachesCluster: null,
  });
  const mountless = read("user 0", "space", df, "a 9 1 5 1% /", "a 9 1 5 1% /", "mounts").site;
  expect(mountless?.installPlace).toEqual({
    mountPoint: "/",
    free: 0,
    readOnly: null,
    noExecution: null,
    noSetUid: null,
  });
  expect(read().site).toBeNull();
});

test.each([
  ["proxy.example.com:3128", "proxy.example.com:3128"],
  ["bob@proxy.example.com:3128", "bob@proxy.example.com:3128"],
  ["bob:pass@proxy.example.com:3128", "bob:(secret)@proxy.example.com:3128"],
  ["http://bob:p@ss:w/ord@proxy.example.com:3128", "http://bob:(secret)@proxy.example.com:3128"],
  [":pass@proxy.example.com:3128", ":(secret)@proxy.example.com:3128"],
  ["", ""],
])("the proxy %s is known as %s", (told, known) => {
  const output = ["platform Linux x86_64", "lock free", "agent present", "control there", "transaction none"];
  const lines = [
    ...output,
    "version 0",
    "1.313",
    "tenant 0",
    "abc-p1",
    "server 0",
    "https://a",
    "proxy 0",
    told,
    "end",
  ];
  const sections = lines.map((line) =>
    /^(?:abc-p1|1.313|https:.*|.*example.*|)$/.test(line) ? line : `${marker} ${line}`,
  );
  expect(readProbe(parseSections(sections.join("\n"), marker)).agent?.proxy).toBe(known);
});

test("whatever a host prints, it is read or refused", () => {
  const word = fc.constantFrom(
    ...["platform", "lock free", "lock held", "agent present", "agent absent", "control there", "transaction none"],
    ...["tenant 0", "server 0", "version 1", "user 0", "memory", "space", "mounts", "end", "user"],
  );
  const line = fc.oneof(
    word.map((text) => `${marker} ${text}`),
    fc.string(),
    fc.constant("a 1 1 1 1% /"),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      try {
        const facts = readProbe(parseSections(lines.join("\n"), marker));
        expect(typeof facts.locked).toBe("boolean");
      } catch (error) {
        expect(error).toBeInstanceOf(HostError);
      }
    }),
  );
});
