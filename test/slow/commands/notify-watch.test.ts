import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createProgram } from "../../../src/commands/program.ts";
import { DtsyncError } from "../../../src/errors.ts";
import type { Notification } from "../../../src/notify/notification.ts";
import { aContext } from "../../support/context.ts";
import { createGitInventory, type GitInventory, gitEnvironment } from "../../support/git-inventory.ts";
import { realClock } from "../../support/host-world.ts";

let origin: GitInventory;
let receiver: Server;
let received: Notification[];
let answer: (response: ServerResponse) => void;
beforeEach(async () => {
  origin = createGitInventory();
  received = [];
  answer = (response) => response.end();
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      received.push(JSON.parse(body) as Notification);
      answer(response);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await new Promise((resolve) => receiver.close(resolve));
  origin.close();
});

/** A watch that looks once, and what it said. */
async function lookOnce(...parameters: readonly string[]) {
  const state = join(origin.directory, "../state");
  const { port } = receiver.address() as AddressInfo;
  const variables = { ...gitEnvironment, DTSYNC_NOTIFY_URL: `http://127.0.0.1:${port}/hook` };
  const { context, errors } = aContext({ variables, clock: realClock });
  const { program, exitCode } = createProgram(context);
  const words = ["watch", "--once", "--notify", "failure", "--repo", `file://${origin.directory}`, "--state", state];
  try {
    await program.parseAsync([...words, ...parameters], { from: "user" });
    return { code: exitCode(), errors: errors() };
  } catch (error) {
    if (!(error instanceof DtsyncError)) throw error;
    return { code: error.exitCode, errors: errors() };
  }
}

test("a watch that looks once tells of a branch that it could not look at", async () => {
  expect((await lookOnce()).code).toBe(1);
  expect(received).toMatchObject([
    { command: "watch", events: ["failure"], severity: "error", exitCode: 1, title: expect.stringContaining("branch") },
  ]);
});

test("a watch that looks once has told of a revision that is not taken when it ends, however slow the receiver is", async () => {
  origin.commit({ readme: "no inventory\n" });
  answer = (response) => setTimeout(() => response.end(), 500);
  const { code, errors } = await lookOnce();
  expect(code).toBe(4);
  expect(received).toMatchObject([
    { events: ["failure"], exitCode: 4, title: expect.stringContaining("is not taken") },
  ]);
  expect(errors).toContain("notification sent");
});

test("a watch that looks once tells why it could not begin", async () => {
  const { code } = await lookOnce("--signers", join(origin.directory, "nothing"));
  expect(code).toBe(1);
  expect(received).toMatchObject([
    { events: ["failure"], exitCode: 1, title: expect.stringContaining("the file of allowed signers cannot be used") },
  ]);
});
