import { parseSshConfig, type SshConfig } from "../../src/ssh/config.ts";
import { type KnownHosts, parseKnownHosts } from "../../src/ssh/known-hosts.ts";
import type { SshClientSettings } from "../../src/ssh/target.ts";

/** The configuration that a text makes, with the files that it may include. */
export const sshConfigOf = (text: string, includes: Readonly<Record<string, string>> = {}): SshConfig =>
  parseSshConfig([{ path: "config", text, base: "" }], (path) =>
    path in includes ? [{ path, text: includes[path] ?? "", base: "" }] : [],
  );

/** What such a client says of a host. */
export const askedOf = (host: string) => ({ host, user: null, localUser: "me" });

/** A client with a configuration on a machine of its own. */
export const sshClientOf = (config: SshConfig, given: Partial<SshClientSettings> = {}): SshClientSettings => ({
  config,
  home: "/home/me",
  user: { name: "me", id: 1000 },
  machine: "desk.example.com",
  variables: {},
  services: (name) =>
    new Map([
      ["ssh", 22],
      ["sunrpc", 111],
    ]).get(name),
  ...given,
});

/** What known_hosts files with these texts say. */
export const knownHostsOf = (...texts: readonly string[]): KnownHosts =>
  parseKnownHosts(texts.map((text, index) => ({ path: `known_hosts${index + 1}`, text })));
