import { describe, expect, test } from "vitest";
import { ForgeFailure } from "../../../src/forge/forge-failure.ts";
import { createGithub } from "../../../src/forge/github.ts";
import { createGitlab } from "../../../src/forge/gitlab.ts";
import { keepNote } from "../../../src/forge/keep-note.ts";
import { noteBody } from "../../../src/forge/note-body.ts";
import { markerLine } from "../../../src/forge/sticky-note.ts";
import { noon } from "../../support/builders.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { forgeClient } from "../../support/forge-client.ts";
import {
  beforeWrite,
  forgeTokens,
  ownUser,
  type SimulatedForge,
  simulateForge,
} from "../../support/simulated-forge.ts";

const marker = { key: "dtsync", pipeline: 5, digest: null };
const body = (text: string, given = marker) => `${markerLine(given)}\n${text}\n`;

function open(kind: "gitlab" | "github", simulated: SimulatedForge, token?: string, clock?: FakeClock) {
  const client = forgeClient(kind, simulated, "notes", token, clock);
  return kind === "gitlab"
    ? createGitlab(client, { project: "42", number: 7 })
    : createGithub(client, { repository: "acme/inventory", api: "http://127.0.0.1", number: 7 });
}

describe.each(["gitlab", "github"] as const)("a note of %s", (kind) => {
  const own = ownUser[kind];
  const later = { ...marker, pipeline: 6 };

  test.each([
    ["the older one, with what it says", later, "created", "this"],
    ["the older one, which a later pipeline wrote,", { ...marker, pipeline: 4 }, "newer", "other"],
  ])("is one after pipelines at the same time have written two: %s stays", async (_, given, kept, text) => {
    const simulated = simulateForge(kind);
    const forge = open(kind, simulated);
    const beside = { ...forge, ownNotes: forge.ownNotes };
    beside.ownNotes = async () => {
      const found = await forge.ownNotes();
      beside.ownNotes = forge.ownNotes;
      simulated.notes.push({ id: 1, body: body("other"), author: own });
      return found;
    };
    expect(await keepNote(beside, given, body("this", given))).toBe(kept);
    expect(simulated.notes).toEqual([
      { id: 1, author: own, body: text === "this" ? body("this", given) : body("other") },
    ]);
  });

  test("has no duplicates after a run, whoever left them", async () => {
    const simulated = simulateForge(kind);
    simulated.notes.push(
      { id: 1, body: body("one"), author: own },
      { id: 2, body: body("forged"), author: "reviewer" },
      { id: 3, body: body("two"), author: own },
      { id: 4, body: body("another", { ...marker, key: "apac" }), author: own },
    );
    expect(await keepNote(open(kind, simulated), marker, body("new"))).toBe("updated");
    expect(simulated.notes.map(({ id }) => id)).toEqual([1, 2, 4]);
  });

  test("is written once, brought up to date, and left alone while it says the same", async () => {
    const simulated = simulateForge(kind);
    const forge = open(kind, simulated);
    expect(await keepNote(forge, marker, body("one"))).toBe("created");
    expect(await keepNote(forge, marker, body("two"))).toBe("updated");
    simulated.requests.length = 0;
    expect(await keepNote(forge, marker, body("two"))).toBe("unchanged");
    expect(simulated.requests.filter((request) => !/^GET |^POST \/graphql$/.test(request))).toEqual([]);
    expect(simulated.notes.map((note) => note.body)).toEqual([body("two")]);
  });

  test("is not written again where only pipeline and job are others, and is for another commit", async () => {
    const simulated = simulateForge(kind);
    const forge = open(kind, simulated);
    const report = (pipeline: number, commit: string) =>
      noteBody({ ...marker, pipeline }, "### dtsync plan", {
        job: `https://gitlab.example.com/-/jobs/${pipeline}/artifacts/browse`,
        commit: commit.repeat(40),
      });
    await keepNote(forge, marker, report(5, "a"));
    expect(await keepNote(forge, later, report(6, "a"))).toBe("unchanged");
    expect(simulated.notes.map((note) => note.body)).toEqual([report(5, "a")]);
    expect(await keepNote(forge, later, report(6, "b"))).toBe("updated");
  });

  test("has what the latest pipeline said in a duplicate, which an earlier one removes", async () => {
    const simulated = simulateForge(kind);
    simulated.notes.push(
      { id: 1, body: body("five"), author: own },
      { id: 2, body: body("nine", { ...marker, pipeline: 9 }), author: own },
    );
    expect(await keepNote(open(kind, simulated), later, body("six", later))).toBe("newer");
    expect(simulated.notes).toEqual([{ id: 1, body: body("nine", { ...marker, pipeline: 9 }), author: own }]);
  });

  test("of somebody else is never touched, whatever it looks like", async () => {
    const simulated = simulateForge(kind);
    simulated.notes.push({ id: 1, body: body("forged"), author: "reviewer" });
    expect(await keepNote(open(kind, simulated), marker, body("real"))).toBe("created");
    expect(simulated.notes.map((note) => note.body)).toEqual([body("forged"), body("real")]);
  });

  test("is found behind hundreds of others, and told from those with another key", async () => {
    const simulated = simulateForge(kind);
    const other = { ...marker, key: "apac" };
    for (let id = 1; id <= 250; id += 1) simulated.notes.push({ id, body: "LGTM", author: "reviewer" });
    simulated.notes.push(
      { id: 251, body: body("other", other), author: own },
      { id: 252, body: body("old"), author: own },
    );
    expect(await keepNote(open(kind, simulated), marker, body("new"))).toBe("updated");
    expect(simulated.notes.slice(-2).map((note) => note.body)).toEqual([body("other", other), body("new")]);
  });

  test("of a later pipeline is left as it is", async () => {
    const simulated = simulateForge(kind);
    simulated.notes.push({ id: 1, body: body("later", later), author: own });
    expect(await keepNote(open(kind, simulated), marker, body("earlier"))).toBe("newer");
    expect(simulated.notes[0]?.body).toBe(body("later", later));
  });

  test("is not written twice when the answer was lost", async () => {
    const simulated = simulateForge(kind);
    simulated.troubles.push(...beforeWrite(kind), { answer: "cut", lost: true });
    expect(await keepNote(open(kind, simulated), marker, body("one"))).toBe("created");
    expect(simulated.notes).toHaveLength(1);
  });

  test("is written once more when the first write did not arrive", async () => {
    const simulated = simulateForge(kind);
    simulated.troubles.push(...beforeWrite(kind), { answer: { status: 502, body: "<html>" } });
    expect(await keepNote(open(kind, simulated), marker, body("one"))).toBe("created");
    expect(simulated.notes).toHaveLength(1);
  });

  test("waits for a forge that is busy", async () => {
    const simulated = simulateForge(kind);
    const busy = { answer: { status: 429, body: { message: "Retry later" }, headers: { "retry-after": "2" } } };
    simulated.troubles.push(busy, { answer: "cut" }, ...beforeWrite(kind), busy);
    expect(await keepNote(open(kind, simulated), marker, body("one"))).toBe("created");
    expect(simulated.notes).toHaveLength(1);
  });

  test("is written once more as late as a forge asks for that did not take it, and later each time", async () => {
    const keeping = async (...headers: readonly Readonly<Record<string, string>>[]) => {
      const simulated = simulateForge(kind);
      const clock = fakeClock(noon);
      const failed = headers.map((each) => ({ answer: { status: 503, body: "", headers: each } }));
      simulated.troubles.push(...failed.flatMap((trouble) => [...beforeWrite(kind), trouble]));
      const kept = await keepNote(open(kind, simulated, forgeTokens[kind], clock), marker, body("one"));
      return { kept, waits: clock.waits };
    };
    expect(await keeping({ "retry-after": "20" })).toEqual({ kept: "created", waits: [20_000] });
    // When a limit is counted anew is no advice to who has not reached it.
    const anew = { "x-ratelimit-remaining": "4990", "x-ratelimit-reset": String(noon.getTime() / 1_000 + 3_000) };
    expect(await keeping(anew, anew)).toEqual({ kept: "created", waits: [250, 500] });
  });

  test("is given up, with what to do, where the forge refuses", async () => {
    const failing = (status: number, headers = {}) => {
      const simulated = simulateForge(kind);
      simulated.troubles.push(
        null,
        ...Array.from({ length: 9 }, () => ({ answer: { status, body: { message: "no" }, headers } })),
      );
      return keepNote(open(kind, simulated), marker, body("one"));
    };
    await expect(failing(403)).rejects.toMatchObject({ exitCode: 1, hint: expect.stringContaining("it needs") });
    await expect(failing(404)).rejects.toMatchObject({ exitCode: 1, hint: expect.stringContaining("no such project") });
    await expect(failing(429)).rejects.toMatchObject({ exitCode: 1, hint: expect.stringContaining("later") });
    await expect(failing(302, { location: "https://evil.example.com" })).rejects.toMatchObject({
      hint: expect.stringContaining("does not follow"),
    });
    await expect(keepNote(open(kind, simulateForge(kind), "wrong-token"), marker, body("one"))).rejects.toMatchObject({
      hint: expect.stringContaining("not valid"),
    });
  });

  test("needs answers of the form that the API has", async () => {
    for (const answer of ["<html>", {}, [{ id: 1 }], [3], "[".repeat(100)]) {
      const simulated = simulateForge(kind);
      simulated.troubles.push(null, ...Array.from({ length: 9 }, () => ({ answer: { status: 200, body: answer } })));
      await expect(keepNote(open(kind, simulated), marker, body("one"))).rejects.toMatchObject({ exitCode: 1 });
      expect(simulated.notes).toEqual([]);
    }
  });
});

describe("a token of GitHub", () => {
  test("of an app keeps the note of its app, and not that of the workflow", async () => {
    const simulated = simulateForge("github");
    simulated.user = "inventory-app[bot]";
    simulated.notes.push({ id: 1, body: body("of the workflow"), author: ownUser.github });
    const forge = open("github", simulated);
    expect(await keepNote(forge, marker, body("one"))).toBe("created");
    expect(await keepNote(forge, marker, body("two"))).toBe("updated");
    expect(simulated.notes.map((note) => note.body)).toEqual([body("of the workflow"), body("two")]);
  });

  test("of a workflow is known where nothing tells whose it is", async () => {
    const simulated = simulateForge("github");
    simulated.notes.push({ id: 1, body: body("one"), author: ownUser.github });
    const silent = { answer: { status: 502, body: "<html>" } };
    simulated.troubles.push(null, { answer: { status: 404, body: { message: "Not Found" } } });
    expect(await keepNote(open("github", simulated), marker, body("two"))).toBe("updated");
    simulated.troubles.push(null, silent, silent, silent, silent);
    expect(await keepNote(open("github", simulated), marker, body("three"))).toBe("updated");
  });

  test("is asked for its user beside the version of a server's API", async () => {
    const asked: string[] = [];
    const forge = createGithub(
      async (method, path) => {
        asked.push(`${method} ${path}`);
        if (path === "/user") throw new ForgeFailure("no", { kind: "refused", status: 403 });
        const data = { viewer: { login: "inventory-app[bot]" } };
        return { value: path.endsWith("graphql") ? { data } : [], headers: { get: () => null } };
      },
      { repository: "acme/inventory", api: "https://github.example.com/api/v3", number: 7 },
    );
    expect(await forge.ownNotes()).toEqual([]);
    expect(asked[1]).toBe("POST /../graphql");
    expect(new URL(`https://github.example.com/api/v3${"/../graphql"}`).href).toBe(
      "https://github.example.com/api/graphql",
    );
  });
});
