import { existsSync } from "node:fs";
import { describeMissingExecutable } from "./find-executable.ts";
import { INHERITED_DESCRIPTOR_MAX, listInheritedDescriptors } from "./inherited-descriptors.ts";
import { DEFAULT_PATH } from "./machine-probe.ts";

export type Support = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const PROGRAMS_NEEDED = ["sh", "setsid", "mkfifo", "env"];

/** Whether jobs can run as processes of this machine, and if not, what is missing. */
export function isProcessProviderSupported(path: string = DEFAULT_PATH): Support {
  if (process.platform !== "linux") {
    return { ok: false, reason: `the process provider needs Linux, this is ${process.platform}` };
  }
  if (!existsSync("/proc/self/stat")) {
    return { ok: false, reason: "the process provider needs /proc, which is not mounted" };
  }
  const highest = listInheritedDescriptors().at(-1) ?? 0;
  if (highest > INHERITED_DESCRIPTOR_MAX) {
    const limit = `the process provider keeps them from jobs up to ${INHERITED_DESCRIPTOR_MAX}`;
    return { ok: false, reason: `the server was started with the descriptor ${highest} open, and ${limit}` };
  }
  const missing = PROGRAMS_NEEDED.filter((name) => describeMissingExecutable(name, path, "/") !== undefined);
  if (missing.length === 0) return { ok: true };
  return { ok: false, reason: `the process provider needs ${missing.join(", ")}, not found in ${path}` };
}
