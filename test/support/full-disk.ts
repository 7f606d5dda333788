import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** Does some work while files can be made, and nothing can be written to them once there was room for some. */
export async function onFullDisk<T>(work: () => T | Promise<T>, room = 0): Promise<T> {
  const { writeFileSync } = fs;
  const { writeFile } = fs.promises;
  let left = room;
  const takeRoom = () => {
    left -= 1;
    if (left < 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  };
  fs.writeFileSync = (path, text, options) => {
    writeFileSync(path, "", options);
    takeRoom();
    fs.appendFileSync(path, text as string);
  };
  fs.promises.writeFile = async (path, text, options) => {
    await writeFile(path, "", options);
    takeRoom();
    await fs.promises.appendFile(path as string, text as string);
  };
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    fs.writeFileSync = writeFileSync;
    fs.promises.writeFile = writeFile;
    syncBuiltinESMExports();
  }
}
