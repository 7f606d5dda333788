import type { ChangeOptions } from "../../application/change-inventory.ts";
import type { NewHost, NewItem } from "../../application/declare-items.ts";
import type { ProcessVariables } from "../../ports.ts";
import { changeOptions } from "./change-options.ts";
import { OptionError } from "./option-error.ts";
import { oneOf, type RawOptions, textOrNull, texts, wholeNumber } from "./raw-options.ts";

export interface AddOptions extends ChangeOptions {
  readonly item: NewItem;
}

const ofEnvironment = ["id", "customer", "customerName", "name", "cluster", "tag", "label", "host"];
const ofHost = ["environment", "address", "user", "port", "hostGroup"];

export async function addOptions(
  kind: string,
  names: readonly string[],
  raw: RawOptions,
  variables: ProcessVariables,
): Promise<AddOptions> {
  const options = await changeOptions(raw, variables);
  if (oneOf("what is added", kind, ["environment", "host"] as const) === "host") {
    refuse(raw, ofEnvironment, "host");
    return { ...options, item: { kind: "host", ...newHost(names, raw) } };
  }
  refuse(raw, ofHost, "environment");
  const [id = "", ...others] = names;
  if (others.length > 0)
    throw new OptionError("one environment is added at a time", "call the command for each of them");
  return {
    ...options,
    item: {
      kind: "environment",
      id,
      ownId: textOrNull(raw["id"]),
      customer: textOrNull(raw["customer"]),
      customerName: textOrNull(raw["customerName"]),
      name: textOrNull(raw["name"]),
      cluster: textOrNull(raw["cluster"]),
      tags: texts(raw["tag"]),
      labels: Object.fromEntries(texts(raw["label"]).map(label)),
      hosts: texts(raw["host"]),
    },
  };
}

function newHost(names: readonly string[], raw: RawOptions): NewHost {
  const environment = textOrNull(raw["environment"]);
  if (environment === null) throw new OptionError("a host is added to an environment", "name it with --environment");
  return {
    names,
    environment,
    settings: {
      address: textOrNull(raw["address"]),
      user: textOrNull(raw["user"]),
      port: wholeNumber("--port", raw["port"], 1),
      hostGroup: textOrNull(raw["hostGroup"]),
    },
  };
}

/** `type=ccv2` */
function label(text: string): readonly [key: string, value: string] {
  const at = text.indexOf("=");
  if (at < 1) throw new OptionError(`--label must be KEY=VALUE, not ${JSON.stringify(text)}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function refuse(raw: RawOptions, names: readonly string[], kind: string): void {
  const given = names.find((name) => raw[name] !== undefined);
  if (given === undefined) return;
  const option = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new OptionError(`--${option} is not for dtsync add ${kind}`);
}
