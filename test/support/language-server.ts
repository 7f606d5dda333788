import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath, pathToFileURL } from "node:url";

export interface Position {
  /** From 0, both. */
  readonly line: number;
  readonly character: number;
}

export interface Problem {
  readonly message: string;
  readonly severity: number;
  readonly range: { readonly start: Position };
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** An editor's view of yaml-language-server, as the extensions for YAML have it. */
export interface LanguageServer {
  /** Opens a file with this text, which need not be that on disk, and gives what is wrong with it. */
  open(path: string, text: string): Promise<readonly Problem[]>;
  /** What can be written there. */
  complete(
    path: string,
    position: Position,
  ): Promise<readonly { readonly label: string; readonly documentation?: string }[]>;
  /** Markdown about what stands there, or null. */
  hover(path: string, position: Position): Promise<string | null>;
  close(): Promise<void>;
}

const program = fileURLToPath(import.meta.resolve("yaml-language-server/bin/yaml-language-server"));

export async function startLanguageServer(): Promise<LanguageServer> {
  const child = spawn(process.execPath, [program, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = new Map<number | string, (message: Message) => void>();
  const problems = new Map<string, (found: readonly Problem[]) => void>();
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  let lastId = 0;
  const ask = async <T>(method: string, params: unknown): Promise<T> => {
    lastId += 1;
    const id = lastId;
    const answer = new Promise<Message>((resolve) => answers.set(id, resolve));
    send({ id, method, params });
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result as T;
  };
  receive(child, (message) => {
    if (message.method === undefined) answers.get(message.id ?? "")?.(message);
    else if (message.method === "textDocument/publishDiagnostics") {
      const { uri, diagnostics } = message.params as { uri: string; diagnostics: readonly Problem[] };
      problems.get(uri)?.(diagnostics);
    } else if (message.id !== undefined) send({ id: message.id, result: settings(message) });
  });
  const document = (path: string) => ({ uri: pathToFileURL(path).href });
  const capabilities = { textDocument: { hover: { contentFormat: ["markdown"] } }, workspace: { configuration: true } };
  await ask("initialize", { processId: process.pid, rootUri: null, capabilities });
  send({ method: "initialized", params: {} });
  return {
    open(path, text) {
      const { uri } = document(path);
      const found = new Promise<readonly Problem[]>((resolve) => problems.set(uri, resolve));
      send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "yaml", version: 1, text } } });
      return found;
    },
    async complete(path, position) {
      const { items } = await ask<{ items: readonly { label: string; documentation?: string }[] }>(
        "textDocument/completion",
        { textDocument: document(path), position },
      );
      return items;
    },
    async hover(path, position) {
      const found = await ask<{ contents: { value: string } } | null>("textDocument/hover", {
        textDocument: document(path),
        position,
      });
      return found?.contents.value ?? null;
    },
    async close() {
      const ended = once(child, "exit");
      await ask("shutdown", null);
      send({ method: "exit" });
      await ended;
    },
  };
}

/** The user has no settings: what is known comes from the first line of a file. */
const settings = ({ method, params }: Message): unknown =>
  method === "workspace/configuration" ? (params as { items: readonly unknown[] }).items.map(() => ({})) : null;

function receive(child: ChildProcess, take: (message: Message) => void): void {
  let bytes = Buffer.alloc(0);
  child.stdout?.on("data", (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/.exec(bytes.toString("utf8", 0, end))?.[1]);
      const next = end + 4 + length;
      if (bytes.length < next) return;
      const message = JSON.parse(bytes.toString("utf8", end + 4, next)) as Message;
      bytes = bytes.subarray(next);
      take(message);
    }
  });
}
