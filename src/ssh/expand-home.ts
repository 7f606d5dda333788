/** A leading `~` is the home folder; that of another user (`~name`) is left as it is. */
export const expandHome = (path: string, home: string): string => path.replace(/^~(?=\/|$)/, () => home);
