import { describe, expect, test } from "vitest";
import { describeErrorBody } from "../../../src/dynatrace/api-error.ts";
import { describeTransportFailure } from "../../../src/dynatrace/transport-failure.ts";

const envelope = (message?: unknown, constraintViolations?: unknown) => ({
  error: { code: 400, ...(message === undefined ? {} : { message }), constraintViolations },
});

describe("the sentence of an error body", () => {
  test.each<[string, unknown, string]>([
    ["nothing", "", "no further text"],
    ["blanks", " \n", "no further text"],
    ["text", "Environment x doesn't exist", "Environment x doesn't exist"],
    ["HTML", "\n<!DOCTYPE html><html>", "an HTML page came instead of an API answer"],
    ["an envelope", envelope("No."), "No."],
    [
      "with violations",
      envelope("Constraints violated.", [{ path: "name", message: "too long" }, { message: "odd" }]),
      "Constraints violated. name: too long odd",
    ],
    [
      "violations alone",
      envelope(undefined, [{ path: "name", message: "too long", location: null }]),
      "name: too long",
    ],
    [
      "members that are null",
      envelope(null, null),
      '{"error":{"code":400,"message":null,"constraintViolations":null}}',
    ],
    ["violations of another shape", envelope("No.", [null, 3, { path: 1 }]), "No."],
    ["an array of envelopes", [envelope("One."), envelope("Two.")], "One.; Two."],
    ["another object", { message: "hm" }, '{"message":"hm"}'],
    ["null", "null", "null"],
    ["a broken one", '{"error":', '{"error":'],
  ])("%s", (_name, body, sentence) => {
    expect(describeErrorBody(typeof body === "string" ? body : JSON.stringify(body))).toBe(sentence);
  });

  test("long text is cut", () => {
    expect(describeErrorBody("x".repeat(1_000))).toBe(`${"x".repeat(300)}…`);
  });
});

describe("why no answer came", () => {
  const failure = (code: string) => new TypeError("fetch failed", { cause: Object.assign(new Error("low"), { code }) });

  test.each([
    ["ECONNREFUSED", "connection refused", "network", false],
    ["ENOTFOUND", "the host name is not known", "network", false],
    ["EAI_AGAIN", "the host name could not be looked up", "network", false],
    ["EHOSTUNREACH", "no route to the host", "network", false],
    ["UND_ERR_CONNECT_TIMEOUT", "no connection within 10 s", "network", false],
    ["ECONNRESET", "the connection was cut", "network", true],
    ["EPIPE", "the connection was cut", "network", true],
    ["UND_ERR_SOCKET", "the connection was cut", "network", true],
    ["UND_ERR_HEADERS_TIMEOUT", "no answer in time", "network", true],
    ["CERT_HAS_EXPIRED", "the certificate of the cluster has expired", "certificate", false],
    ["SELF_SIGNED_CERT_IN_CHAIN", "the certificate chain is not trusted", "certificate", false],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "the certificate belongs to another name", "certificate", false],
    ["EWHATEVER", "low", "network", true],
  ])("%s", (code, text, kind, sent) => {
    expect(describeTransportFailure(failure(code))).toMatchObject({ text, code: kind, sent });
  });

  test("several addresses that all refuse", () => {
    const refused = Object.assign(new Error("a"), { code: "ECONNREFUSED" });
    const error = new TypeError("fetch failed", { cause: new AggregateError([refused, refused]) });
    expect(describeTransportFailure(error)).toMatchObject({ text: "connection refused", sent: false });
  });

  test("a time limit and an interrupt", async () => {
    expect(describeTransportFailure(new DOMException("x", "TimeoutError"))).toMatchObject({
      code: "timeout",
      sent: true,
    });
    expect(describeTransportFailure(AbortSignal.abort().reason)).toMatchObject({ code: "interrupted", sent: true });
  });

  test("whatever else was thrown", () => {
    expect(describeTransportFailure("text")).toMatchObject({ text: "the request failed", sent: true });
    const circular = new Error("a");
    circular.cause = circular;
    expect(describeTransportFailure(circular)).toMatchObject({ text: "a" });
  });
});
