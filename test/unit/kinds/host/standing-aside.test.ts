import { expect, test } from "vitest";
import { execute } from "../../../../src/execute/execute.ts";
import { createAppliers } from "../../../../src/kinds/appliers.ts";
import { HostError } from "../../../../src/ssh/host-error.ts";
import type { ConnectShell } from "../../../../src/ssh/shell.ts";
import { aChange, aHost, anEnvironment } from "../../../support/builders.ts";
import { realClock } from "../../../support/host-world.ts";
import { silentLog } from "../../../support/log.ts";

test("a host that waits for its jump host takes no place from those of other environments", async () => {
  const { signal } = new AbortController();
  const declared = [
    { host: "behind.example.com", environment: "abc-p1" },
    { host: "beside.example.com", environment: "abc-t1" },
  ];
  const hosts = declared.map(({ host: name, environment }) => aHost({ name, environment }));
  const changes = declared.map((one) => aChange({ kind: "host", action: "install", ...one }));
  const reached: string[] = [];
  let free = (): void => undefined;
  const place = new Promise<void>((resolve) => {
    free = resolve;
  });
  const connect: ConnectShell = async ({ name }, _signal, aside) => {
    if (name === "behind.example.com") await aside?.(() => place);
    free();
    reached.push(name);
    throw new HostError("unreachable", "it is not there");
  };
  const appliers = createAppliers(
    { hosts, environments: declared.map(({ environment: id }) => anEnvironment({ id })), concurrency: 1 },
    {
      connect,
      onTransfer: () => undefined,
      clients: new Map(),
      sightings: { waitFor: () => Promise.reject(new Error("nobody is installed")), close: async () => undefined },
      installers: { provide: () => Promise.reject(new Error("no installer is needed")) },
      clock: realClock,
      log: silentLog,
      signal,
      lockWait: { seconds: 0, tries: 1 },
      origins: new Map(),
      connectWait: 0,
      authorities: async () => "",
    },
  );
  const none = () => undefined;
  const results = await execute({ changes, signal, clock: realClock, onStart: none, onResult: none }, appliers);
  expect(results.map(({ error }) => error?.code)).toEqual(["unreachable", "unreachable"]);
  expect(reached).toEqual(["beside.example.com", "behind.example.com"]);
});
