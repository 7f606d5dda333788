import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTypedLine, wordsOfProgram } from "../../../../src/commands/completion/typed-line.ts";
import { writeOffer, writeOfferForBash } from "../../../../src/commands/completion/write-offer.ts";

describe("a line is taken apart as a shell does it:", () => {
  test.each<[string, readonly string[], "'" | '"' | null]>([
    ["", [""], null],
    ["dtsync", ["dtsync"], null],
    ["dtsync ", ["dtsync", ""], null],
    ["dtsync  explain a\\ b", ["dtsync", "explain", "a b"], null],
    ["dtsync explain 'a b' c", ["dtsync", "explain", "a b", "c"], null],
    ["dtsync explain 'a \"$x", ["dtsync", "explain", 'a "$x'], "'"],
    ['dtsync explain "a \\"b', ["dtsync", "explain", 'a "b'], '"'],
    ["cd x; dtsync pl", ["dtsync", "pl"], null],
    ["true && dtsync pl", ["dtsync", "pl"], null],
    ["dtsync plan | dtsync v", ["dtsync", "v"], null],
    ["echo $(dtsync pl", ["dtsync", "pl"], null],
    ["A=1 dtsync pl", ["A=1", "dtsync", "pl"], null],
    ["dtsync plan $x a", ["dtsync", "plan", "$x", "a"], null],
    ["dtsync plan ''", ["dtsync", "plan", ""], null],
  ])("%s", (line, words, quote) => {
    expect(readTypedLine(line)).toMatchObject({ words, quote });
  });

  test.each(["dtsync plan $x", "dtsync plan `x", 'dtsync plan "$x', "dtsync plan a${x"])(
    "nothing is known of %s",
    (line) => {
      expect(readTypedLine(line)).toBeNull();
    },
  );

  test("variables before the program are passed over", () => {
    expect(wordsOfProgram(["A=1", "B_2=", "dtsync", "plan", "a=b"])).toEqual(["plan", "a=b"]);
    expect(wordsOfProgram(["A=1"])).toEqual([]);
  });
});

const offerOf = (...texts: readonly string[]) => ({
  candidates: texts.map((text) => ({ text, about: "a  \n thing", open: text.endsWith("=") })),
  paths: null,
});

describe("for bash", () => {
  const write = (line: string, current: string, ...texts: readonly string[]) => {
    const typed = readTypedLine(line);
    return typed && writeOfferForBash(offerOf(...texts), typed, current);
  };

  test("a word begins behind the last = or :", () => {
    expect(write("dtsync plan --format=j", "j", "--format=json")).toBe("words\njson\n");
    expect(write("dtsync plan --format=", "=", "--format=json", "--format=text")).toBe("words\njson\ntext\n");
    expect(write("dtsync explain fd00:", ":", "fd00::1")).toBe("words\n:1\n");
    expect(write("dtsync explain a:b", "b", "a:b=c")).toBe("words\nb=c\n");
  });

  test("no blank follows what goes on", () => {
    expect(write("dtsync plan --report j", "j", "json=")).toBe("open\njson=\n");
    expect(write("dtsync plan --report ", "", "json=", "junit=")).toBe("words\njson=\njunit=\n");
  });

  test("an open quotation mark leaves out what cannot stand behind it", () => {
    expect(write("dtsync explain 'a", "'a", "a b$", "a'b")).toBe("words\na b$\n");
    expect(write('dtsync explain "a', '"a', "a'b c", "a$b", "a`b", 'a"b', "a\\b", "a!b")).toBe("words\na'b c\n");
  });

  test("whatever a name is, bash reads it as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", minLength: 1 }), (name) => {
        const [, inserted = ""] = (write("dtsync explain ", "", name) ?? "").split("\n");
        expect(readTypedLine(`dtsync explain ${inserted}`)?.words.at(-1)).toBe(name);
      }),
    );
  });
});

test("for zsh and fish a line has a word, what it is, and whether it goes on", () => {
  expect(writeOffer(offerOf("json", "junit="))).toBe("words\njson\ta thing\njunit=\ta thing\topen\n");
  expect(writeOffer({ candidates: [], paths: { kind: "files", kept: "json=" } })).toBe("files\tjson=\n");
});
