import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { FilledFolder } from "./filled-folder.ts";
import { idleResidentBytes } from "./resident-memory.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** Builds the program as it is installed. */
export function buildPackage(): void {
  const { status } = spawnSync(process.execPath, [join(ROOT, "scripts", "build.ts")], { stdio: "inherit" });
  if (status !== 0) throw new Error("the package cannot be built");
}

/** The resident set of the program on the folder, when it has found its jobs again and then had nothing to do for a while. */
export async function idleBytes(folder: FilledFolder): Promise<number> {
  await using server = await folder.start([process.execPath, join(ROOT, "dist", "main.js")]);
  return await idleResidentBytes(server.pid);
}
