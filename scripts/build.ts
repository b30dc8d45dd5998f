// Writes what the package runs: the sources as JavaScript, and the files beside them that are read at run time.
// Without source maps: what tsc writes has the names, the order and the comments of the sources.
//
//   node scripts/build.ts [FOLDER]      FOLDER: dist, where none is given
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

/** Below `src/`. */
const FILES_READ_AT_RUN_TIME = ["providers/process/shim.sh"];

const root = join(import.meta.dirname, "..");
const target = resolve(process.argv[2] ?? join(root, "dist"));

rmSync(target, { recursive: true, force: true });
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(
  process.execPath,
  [tsc, "--project", join(root, "tsconfig.build.json"), "--outDir", target],
  { stdio: ["ignore", 2, 2] },
);
if (status !== 0) process.exit(status ?? 1);
for (const file of FILES_READ_AT_RUN_TIME) cpSync(join(root, "src", file), join(target, file));
