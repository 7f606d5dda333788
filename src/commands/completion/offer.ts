import type { KnownNames } from "../../application/known-names.ts";
import { environmentChangeId } from "../../kinds/environment/change.ts";
import { groupChangeId } from "../../kinds/group/change.ts";
import { hostChangeId } from "../../kinds/host/change.ts";
import { compareText } from "../../lib/text.ts";
import type { Candidate, Expected } from "./expected-here.ts";

/** What a shell shows for the last word. */
export interface Offer {
  /** Whole words. */
  readonly candidates: readonly Candidate[];
  /** What the shell itself completes, after a part of the word that stays. */
  readonly paths: { readonly kind: "files" | "folders"; readonly kept: string } | null;
}

/** More is no help to anybody, and slow in a shell. */
const mostCandidates = 300;

/** Words that complete what is expected. `names` and `topics` are what there is to choose from. */
export function offerFor(expected: Expected, names: KnownNames, topics: readonly Candidate[]): Offer {
  const { value, kept, text } = expected;
  switch (value.kind) {
    case "nothing":
    case "program":
      return { candidates: [], paths: value.kind === "program" ? { kind: "files", kept } : null };
    case "files":
    case "folders":
      return { candidates: [], paths: { kind: value.kind, kept } };
    case "candidates":
      return among(value.candidates, kept, text);
    case "words":
      return among(
        value.words.map((word) => candidate(word, "")),
        kept,
        text,
      );
    case "topics":
      return among(topics, kept, text);
    case "list":
      return ofList(value.words, kept, text);
    case "word-and-file": {
      const separator = text.indexOf("=") + 1;
      if (separator > 0) {
        return { candidates: [], paths: { kind: "files", kept: kept + text.slice(0, separator) } };
      }
      return among(
        value.words.map((kind) => ({ text: `${kind}=`, about: "a report", open: true })),
        kept,
        text,
      );
    }
    case "items":
      return among(items(names, text), kept, text);
    case "targets": {
      const start = text.lastIndexOf(",") + 1;
      return among(targets(names, text.slice(start)), kept + text.slice(0, start), text.slice(start));
    }
  }
}

/** `environments,groups`: each of the words once. */
function ofList(words: readonly string[], kept: string, text: string): Offer {
  const start = text.lastIndexOf(",") + 1;
  const used = text.slice(0, start).split(",");
  const left = words.filter((candidate) => !used.includes(candidate));
  return among(
    left.map((word) => candidate(word, "")),
    kept + text.slice(0, start),
    text.slice(start),
  );
}

/** Those that begin with the text; where they are too many, as far as they go on alike. */
function among(candidates: readonly Candidate[], kept: string, text: string): Offer {
  const fitting = new Map<string, Candidate>();
  for (const candidate of candidates) {
    if (candidate.text.startsWith(text) && isVisible(candidate.text) && !fitting.has(candidate.text)) {
      fitting.set(candidate.text, { ...candidate, text: kept + candidate.text });
    }
  }
  return { candidates: shortened([...fitting.values()], kept.length + text.length), paths: null };
}

/** Nothing that a terminal could act on, or that a line could end with. */
const isVisible = (text: string): boolean => !/[\p{Control}\p{Format}\u2028\u2029]/u.test(text);

/** Beginnings of candidates, the longest of which there are few enough; each is longer than what is typed. */
function shortened(candidates: readonly Candidate[], typed: number): readonly Candidate[] {
  if (candidates.length <= mostCandidates) return candidates;
  const longest = Math.max(...candidates.map(({ text }) => text.length));
  let best = beginnings(candidates, typed + 1);
  for (let length = typed + 2; length <= longest; length += 1) {
    const longer = beginnings(candidates, length);
    if (longer.length > mostCandidates) break;
    best = longer;
  }
  return best.slice(0, mostCandidates);
}

function beginnings(candidates: readonly Candidate[], length: number): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const text = candidate.text.slice(0, length);
    if (text === candidate.text) found.set(text, candidate);
    else if (!found.has(text)) found.set(text, { text, about: "…", open: true });
  }
  return [...found.values()].sort((left, right) => compareText(left.text, right.text));
}

/** What `explain` takes: names, and ids as plans print them once a word has begun like one. */
function items({ environments, groups, hosts }: KnownNames, text: string): readonly Candidate[] {
  const named = groups.map((group) => {
    const [cluster = ""] = group.split("/");
    return { cluster, name: group.slice(cluster.length + 1) };
  });
  if (text.includes("/")) {
    return [
      ...environments.map((id) => candidate(environmentChangeId(id), "environment")),
      ...named.map(({ cluster, name }) => candidate(groupChangeId(cluster, name), "group")),
      ...hosts.map((name) => candidate(hostChangeId(name), "host")),
    ];
  }
  return [
    ...environments.map((id) => candidate(id, "environment")),
    ...named.map(({ name, cluster }) => candidate(name, `group on ${cluster}`)),
    ...hosts.map((name) => candidate(name, "host")),
    ...["environment/", "group/", "host/"].map((text) => ({ text, about: "an id, as plans print it", open: true })),
  ];
}

/** What `--target` and `--exclude` take. A name that they would read as something else has its id alone. */
const targets = (names: KnownNames, text: string): readonly Candidate[] => [
  ...names.customers.map((id) => candidate(id, "customer")),
  ...items(names, text).filter((item) => !/[,=*?]/.test(item.text)),
  ...names.stages.map((stage) => candidate(`stage=${stage}`, "stage")),
  ...names.labels.filter((text) => !text.includes(",")).map((text) => candidate(text, "label")),
  ...names.clusters.map((cluster) => candidate(`cluster=${cluster}`, "cluster")),
];

const candidate = (text: string, about: string): Candidate => ({ text, about, open: false });
