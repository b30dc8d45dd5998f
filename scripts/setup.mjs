// Installs what package-lock.json names, if that has not been done since it last changed. Plain JavaScript, because
// it runs on whatever Node the machine has: the Node 24 that the project pins arrives only with this install.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const installed = "node_modules/.package-lock.json";
const isCurrent =
  existsSync(installed) && statSync(installed).mtimeMs >= statSync("package-lock.json").mtimeMs;
if (!isCurrent) {
  const { status } = spawnSync("npm", ["ci", "--loglevel=error"], {
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
}
