import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The id that marks the containers of this data folder, made once: several Batchyards may share an engine, and none
 * touches what another, or anybody else, has made there.
 */
export function readOwnerId(dir: string): string {
  const path = join(dir, "owner");
  mkdirSync(dir, { recursive: true });
  if (!existsSync(path)) {
    writeFileSync(`${path}.new`, randomBytes(8).toString("hex"), { flush: true });
    renameSync(`${path}.new`, path);
  }
  return readFileSync(path, "utf8");
}
