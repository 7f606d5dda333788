import { describe, expect, test } from "vitest";
import type { Drift } from "../../../src/forge/drift-issue.ts";
import { createGithubIssues } from "../../../src/forge/github.ts";
import { createGitlabIssues } from "../../../src/forge/gitlab.ts";
import { keepIssue } from "../../../src/forge/keep-issue.ts";
import { markerLine } from "../../../src/forge/sticky-note.ts";
import { forgeClient } from "../../support/forge-client.ts";
import { beforeWrite, ownUser, type SimulatedForge, simulateForge } from "../../support/simulated-forge.ts";

const marker = { key: "dtsync", pipeline: 5, digest: null };
const body = (text: string, given = marker) => `${markerLine(given)}\n${text}\n`;

async function keep(
  kind: "gitlab" | "github",
  simulated: SimulatedForge,
  drift: Drift,
  text: string = drift,
  given = marker,
): Promise<string> {
  const client = forgeClient(kind, simulated, "issues");
  const tracker =
    kind === "gitlab"
      ? createGitlabIssues(client, { project: "42" })
      : createGithubIssues(client, { repository: "acme/inventory", api: "http://127.0.0.1" });
  return (await keepIssue(tracker, { title: "Drift", marker: given, body: body(text, given), drift })).issue;
}

describe.each(["gitlab", "github"] as const)("the issue of %s", (kind) => {
  const own = ownUser[kind];
  const other = { ...marker, key: "apac" };

  test("is one, from the first difference to the last, and the same when it comes back", async () => {
    const simulated = simulateForge(kind);
    expect(await keep(kind, simulated, "none")).toBe("not-needed");
    expect(await keep(kind, simulated, "unknown")).toBe("not-needed");
    expect(await keep(kind, simulated, "some", "one")).toBe("created");
    expect(await keep(kind, simulated, "some", "one")).toBe("unchanged");
    expect(await keep(kind, simulated, "some", "two")).toBe("updated");
    expect(await keep(kind, simulated, "none")).toBe("closed");
    expect(simulated.issues).toMatchObject([{ title: "Drift", body: body("none"), open: false }]);
    expect(await keep(kind, simulated, "none", "still none")).toBe("not-needed");
    expect(await keep(kind, simulated, "some", "again")).toBe("reopened");
    expect(simulated.issues).toMatchObject([{ body: body("again"), open: true }]);
  });

  test("stays open while nobody knows whether something differs, and keeps what was found before", async () => {
    const simulated = simulateForge(kind);
    await keep(kind, simulated, "some", "web01 differs\r\n/close");
    const said = (look: string) =>
      `${look}\n\n**What was found before**, as of the time below:\n\nweb01 differs\n\\/close\n`;
    for (const look of ["no answer", "no answer again"]) {
      expect(await keep(kind, simulated, "unknown", look)).toBe("updated");
      expect(simulated.issues).toMatchObject([{ body: `${markerLine(marker)}\n${said(look)}`, open: true }]);
    }
    expect(await keep(kind, simulated, "some", "web02 differs")).toBe("updated");
    expect(simulated.issues).toMatchObject([{ body: body("web02 differs"), open: true }]);
  });

  test("is never longer than a forge takes, and leaves nothing open in it", async () => {
    const simulated = simulateForge(kind);
    await keep(kind, simulated, "some", `<details>\n${"a line\n".repeat(9_200)}</details>`);
    expect(await keep(kind, simulated, "unknown", `no answer${" of this one".repeat(100)}`)).toBe("updated");
    expect(simulated.issues[0]?.body).toMatch(/a line\n\n<\/details>\n\nThe rest was cut\.\n$/);
  });

  test("is opened again when somebody closed it by hand and it still differs", async () => {
    const simulated = simulateForge(kind);
    simulated.issues.push({ id: 1, title: "Drift", body: body("some"), open: false, author: own });
    expect(await keep(kind, simulated, "some")).toBe("reopened");
  });

  test("of somebody else, or with another key, is never touched", async () => {
    const simulated = simulateForge(kind);
    simulated.issues.push(
      { id: 1, title: "Forged", body: body("forged"), open: true, author: "reviewer" },
      { id: 2, title: "Other", body: body("other", other), open: true, author: own },
      { id: 3, title: "Empty", body: "", open: true, author: own },
    );
    const before = structuredClone(simulated.issues);
    expect(await keep(kind, simulated, "none")).toBe("not-needed");
    expect(simulated.issues).toEqual(before);
    expect(await keep(kind, simulated, "some")).toBe("created");
    expect(simulated.issues.slice(0, 3)).toEqual(before);
  });

  test("is one: duplicates are closed, and say which one it is", async () => {
    const simulated = simulateForge(kind);
    for (const id of [1, 2, 3]) {
      simulated.issues.push({ id, title: "Drift", body: body("some"), open: id !== 3, author: own });
    }
    expect(await keep(kind, simulated, "some", "new")).toBe("updated");
    const duplicate = `${markerLine({ ...marker, pipeline: null })}\nThis is a duplicate of #1.\n`;
    expect(simulated.issues).toMatchObject([
      { body: body("new"), open: true },
      { body: duplicate, open: false },
      { body: body("some"), open: false },
    ]);
    expect(await keep(kind, simulated, "none")).toBe("closed");
    expect(simulated.issues.map(({ open }) => open)).toEqual([false, false, false]);
  });

  test("has what the latest pipeline said in a duplicate, which an earlier one closes", async () => {
    const simulated = simulateForge(kind);
    const later = body("later", { ...marker, pipeline: 9 });
    for (const [id, text] of [
      [1, body("some")],
      [2, later],
    ] as const)
      simulated.issues.push({ id, title: "Drift", body: text, open: true, author: own });
    expect(await keep(kind, simulated, "none")).toBe("newer");
    expect(simulated.issues).toMatchObject([
      { body: later, open: true },
      { body: expect.stringContaining("duplicate of #1"), open: false },
    ]);
    expect(await keep(kind, simulated, "none")).toBe("newer");
    expect(simulated.issues[0]).toMatchObject({ body: later, open: true });
  });

  test("is found behind hundreds of others", async () => {
    const simulated = simulateForge(kind);
    for (let id = 1; id <= 250; id += 1)
      simulated.issues.push({ id, title: "", body: body("other", other), open: false, author: own });
    simulated.issues.push({ id: 251, title: "Drift", body: body("old"), open: true, author: own });
    expect(await keep(kind, simulated, "some")).toBe("updated");
    expect(simulated.issues).toHaveLength(251);
  });

  test("of a later pipeline is left as it is, open or closed", async () => {
    const simulated = simulateForge(kind);
    const later = body("later", { ...marker, pipeline: 6 });
    simulated.issues.push({ id: 1, title: "Drift", body: later, open: false, author: own });
    expect(await keep(kind, simulated, "some")).toBe("newer");
    expect(simulated.issues[0]).toMatchObject({ body: later, open: false });
  });

  test("is not opened twice when the answer was lost, and once more when nothing arrived", async () => {
    for (const trouble of [{ answer: "cut", lost: true } as const, { answer: { status: 502, body: "<html>" } }]) {
      const simulated = simulateForge(kind);
      simulated.troubles.push(...beforeWrite(kind), trouble);
      expect(await keep(kind, simulated, "some")).toBe("created");
      expect(simulated.issues).toHaveLength(1);
    }
  });

  test.each([500, 501, 520, 524, 530, 599])("is not opened twice when a proxy answers %i behind it", async (status) => {
    const simulated = simulateForge(kind);
    simulated.troubles.push(null, null, { answer: { status, body: "<html>" }, lost: true });
    expect(await keep(kind, simulated, "some")).toBe("created");
    expect(simulated.issues).toHaveLength(1);
  });

  test("is given up, with what to do, where the forge refuses or answers something else", async () => {
    const failing = (status: number, answer: unknown = { message: "no" }) => {
      const simulated = simulateForge(kind);
      simulated.troubles.push(null, ...Array.from({ length: 9 }, () => ({ answer: { status, body: answer } })));
      return keep(kind, simulated, "some");
    };
    await expect(failing(403)).rejects.toMatchObject({ exitCode: 1, hint: expect.stringContaining("it needs") });
    await expect(failing(410)).rejects.toMatchObject({ exitCode: 1, hint: expect.stringContaining("switched off") });
    for (const answer of ["<html>", {}, [{ id: 1 }], [{ user: null, author: { id: 11 }, iid: 0 }, 3]])
      await expect(failing(200, answer)).rejects.toMatchObject({ exitCode: 1 });
  });
});

test("nobody but those who may see artifacts sees an issue of GitLab", async () => {
  const simulated = simulateForge("gitlab");
  await keep("gitlab", simulated, "some");
  expect(simulated.issues).toMatchObject([{ confidential: true }]);
});

test("a pull request is no issue, whatever it says", async () => {
  const simulated = simulateForge("github");
  simulated.issues.push({
    ...{ id: 1, title: "Drift", body: body("some"), open: true, author: ownUser.github },
    pullRequest: true,
  });
  expect(await keep("github", simulated, "none")).toBe("not-needed");
});
