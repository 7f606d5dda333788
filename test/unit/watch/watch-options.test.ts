import { describe, expect, test } from "vitest";
import { watchOptions } from "../../../src/commands/options/watch-options.ts";

const repo = "https://gitlab.example.com/platform/estate.git";
const of = (raw: Readonly<Record<string, unknown>> = {}) => watchOptions({ repo, ...raw }, {});

describe("the options of a watch", () => {
  test("have what most want when none but the repository is given", async () => {
    expect(await of()).toMatchObject({
      address: repo,
      branch: "main",
      folder: "inventory",
      apply: false,
      pace: { interval: 180_000, driftInterval: 3_600_000, jitter: 0.1 },
      signers: null,
      fastForwardOnly: false,
      listen: null,
      lease: null,
      state: null,
      once: false,
      raisedLimits: { removals: null, updates: null },
    });
  });

  test.each([
    [{ repo: undefined }, "the repository to follow is missing"],
    [{ repo: "--upload-pack=touch" }, "not an address"],
    [{ repo: "https://bot:abcdef@gitlab.example.com/x.git" }, "a user or password in it"],
    [{ repo: "https://abcdef@gitlab.example.com/x.git" }, "a user or password in it"],
    [{ repo: "ssh://bot:abcdef@gitlab.example.com/x.git" }, "a user or password in it"],
    [{ branch: "-x" }, "--branch"],
    [{ branch: "a..b" }, "--branch"],
    [{ branch: "x.lock" }, "--branch"],
    [{ path: "../elsewhere" }, "--path"],
    [{ path: "/etc" }, "--path"],
    [{ interval: "29s" }, "--interval must be a time from 30s"],
    [{ interval: "8d" }, "--interval"],
    [{ interval: "1.5h" }, "--interval"],
    [{ driftInterval: "30s" }, "--drift-interval must be a time from 1m"],
    [{ jitter: "51%" }, "--jitter"],
    [{ lease: "abc-p1", apply: true }, "--lease must be CLUSTER/ENVIRONMENT"],
    [{ lease: "emea/abc-p1" }, "--lease is for --apply"],
    [{ listen: "localhost" }, "--listen"],
    [{ listen: "127.0.0.1:70000" }, "--listen"],
  ])("%j are refused", async (raw, message) => {
    await expect(of(raw)).rejects.toThrow(message);
  });

  test.each(["git@gitlab.example.com:x/y.git", "ssh://git@gitlab.example.com:2222/x.git", "file:///srv/x.git"])(
    "take %s as a repository",
    async (address) => {
      expect((await of({ repo: address })).address).toBe(address);
    },
  );

  test("take a port of loopback, or an address with one", async () => {
    const listenOf = async (listen: string) => (await of({ listen })).listen;
    expect(await listenOf("9464")).toEqual({ host: "127.0.0.1", port: 9464 });
    expect(await listenOf("0.0.0.0:9464")).toEqual({ host: "0.0.0.0", port: 9464 });
    expect(await listenOf("[::1]:9464")).toEqual({ host: "::1", port: 9464 });
  });

  test("take the folder as Git has it, and let signers keep to fast-forwards", async () => {
    expect((await of({ path: "./fleet//inventory/" })).folder).toBe("fleet/inventory");
    expect((await of({ path: "." })).folder).toBe("");
    expect((await of({ signers: "signers" })).fastForwardOnly).toBe(true);
  });
});
