const hostPath = /(?<![\w./}~*$]|(?<!:)-)\/(?:opt\/dynatrace|var\/(?:lib|log)\/dynatrace|tmp)(?![\w.-])/g;

/**
 * Puts a host's root folder before the paths of OneAgent and of temporary files in a command. It stands in for a mount
 * namespace where nobody may make one; paths that a command builds from pieces, or reads from its input, stay as they
 * are. Paths already below the root folder do too.
 */
export function translatePaths(command: string, root: string): string {
  return command.replace(hostPath, (path, offset: number) =>
    command.startsWith(root, offset) ? path : `${root}${path}`,
  );
}
