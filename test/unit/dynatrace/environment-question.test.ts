import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type EnvironmentQuestion,
  environmentQuestion,
  followUpQuery,
} from "../../../src/dynatrace/environment-question.ts";
import { isReadScope, readScopes, requiredScope } from "../../../src/dynatrace/read-scopes.ts";
import { apiTokenScopes } from "../../../src/sandbox/cluster/api-token-scopes.ts";

function asked(text: string): EnvironmentQuestion {
  const question = environmentQuestion(text);
  if ("refusal" in question) throw new Error(question.refusal);
  return question;
}

describe("a question", () => {
  test("is encoded as an address needs it, and a plus is one", () => {
    const { path, query } = asked(
      `/api/v2/entities?entitySelector=type("HOST"),tag("{a b}")&fields=+lastSeenTms,%2Btags`,
    );
    expect(path).toBe("/api/v2/entities");
    expect(query).toEqual([
      ["entitySelector", 'type("HOST"),tag("{a b}")'],
      ["fields", "+lastSeenTms,+tags"],
    ]);
    expect(asked("/api/v2/settings/objects/a%20b{c}").path).toBe("/api/v2/settings/objects/a%20b%7Bc%7D");
  });

  test.each([
    ["/api/v2/../../../api/cluster/v2/tokens"],
    ["/api/v2/%2e%2e/x"],
    ["/api/v2/..%2fx"],
    ["/api/v2//x"],
    ["//evil.example.com/api/v2/x"],
    ["https://evil.example.com/api/v2/x"],
    ["@evil.example.com/api/v2/x"],
    ["/api/v2/a\\..\\b"],
    ["/api/v2/x#y"],
    ["/api/v2/a\nb"],
    ["/api/cluster/v2/environments"],
    ["/rest/health"],
    ["/e/abc-p1/api/v2/problems"],
    ["/api/v2/problems?api-token=x"],
    ["/api/v2/problems?nextPageKey=x"],
    ["/api/v2/problems?from=%zz"],
    ["/api/v1/deployment/installer/agent/connectioninfo"],
    [`/api/v2/${"x".repeat(8_000)}`],
  ])("%s is refused, with what to do", (text) => {
    expect(environmentQuestion(text)).toMatchObject({ refusal: expect.any(String), hint: expect.any(String) });
  });

  test("whatever is asked, the address stays below its environment", () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom("..", ".", "%2e%2e", "%2F", "//", "api", "v2", "\\", "@", "?", "#"),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const question = environmentQuestion(`/api/v2/${parts.join("/")}`);
        if ("refusal" in question) return;
        const url = new URL(`https://dynatrace.example.com/e/abc-p1${question.path}`);
        expect(url.origin).toBe("https://dynatrace.example.com");
        expect(url.pathname).toBe(`/e/abc-p1${question.path}`);
        expect(url.pathname.startsWith("/e/abc-p1/api/v2/")).toBe(true);
      }),
    );
  });
});

describe("a follow-up page", () => {
  test.each([
    ["/api/v2/entities?entitySelector=a&fields=b", [["nextPageKey", "k"]]],
    [
      "/api/v2/problems?from=a&fields=b",
      [
        ["fields", "b"],
        ["nextPageKey", "k"],
      ],
    ],
    [
      "/api/v1/oneagents?includeDetails=false&tag=a&tag=b",
      [
        ["includeDetails", "false"],
        ["tag", "a"],
        ["tag", "b"],
        ["nextPageKey", "k"],
      ],
    ],
  ])("of %s carries what its list wants", (text, query) => {
    expect(followUpQuery(asked(text), "k")).toEqual(query);
  });
});

describe("the scope of a path", () => {
  test.each([
    ["/api/v2/problems", "problems.read"],
    ["/api/v2/problems/-123_V2/comments", "problems.read"],
    ["/api/v2/extensions", "extensions.read"],
    ["/api/v2/extensions/com.example/monitoringConfigurations", "extensionConfigurations.read"],
    ["/api/config/v1/dashboards", "ReadConfig"],
    ["/api/v1/time", "none"],
    ["/api/v2/somethingNew", null],
    ["/api/v2/problemsOfAnotherKind", null],
  ])("%s: %s", (path, scope) => expect(requiredScope(path)).toBe(scope));

  test("is one that tokens can have, and lets them read alone", () => {
    const scopes = readScopes.map(([, scope]) => scope).filter((scope) => scope !== "none");
    expect(scopes.filter((scope) => !apiTokenScopes.includes(scope))).toEqual([]);
    expect(scopes.filter((scope) => !isReadScope(scope))).toEqual([]);
    for (const scope of ["settings.write", "WriteConfig", "TenantTokenManagement", "logs.ingest", "none", "a b.read"])
      expect(isReadScope(scope), scope).toBe(false);
  });
});
