import { join } from "node:path";
import { standInCommandFolder } from "./stand-in-commands.ts";

interface EnvironmentInput {
  readonly name: string;
  readonly root: string;
  /** As `uname -m` prints it. */
  readonly machine: string;
  readonly user: string;
  readonly nodePath: string;
}

/** The variables a command finds on a host whose root folder is only pretended. */
export function hostEnvironment(input: EnvironmentInput): Record<string, string> {
  const isRoot = input.user === "root";
  const search = [
    join(input.root, standInCommandFolder),
    "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin",
  ];
  const inherited = process.env["PATH"];
  if (inherited) search.push(inherited);
  return {
    PATH: search.join(":"),
    HOME: join(input.root, isRoot ? "root" : "home"),
    TMPDIR: join(input.root, "tmp"),
    USER: input.user,
    LOGNAME: input.user,
    SHELL: "/bin/sh",
    LANG: "C",
    DTSYNC_STAND_IN_ROOT: input.root,
    DTSYNC_STAND_IN_HOST: input.name,
    DTSYNC_STAND_IN_MACHINE: input.machine,
    DTSYNC_STAND_IN_NODE: input.nodePath,
    ...(isRoot ? { DTSYNC_STAND_IN_SUPERUSER: "1" } : {}),
  };
}
