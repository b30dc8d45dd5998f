import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProviderUnderTest } from "./provider-under-test.ts";

/** What the provider keeps of attempts: nothing when there are none. */
const FOLDERS = ["process/runners", "process/trash"];

/** Jobs as processes of this machine. */
export const PROCESS_UNDER_TEST: ProviderUnderTest = {
  serverFlags: ["--provider", "process"],
  load: {
    clientCount: 4,
    openJobsMax: 40,
    openCompositesMax: 12,
    maxvCpus: 24,
    burstMax: 12,
    pauseMsMax: 40,
  },
  phases: ["submit", "start", "run", "stop", "finish", "commit", "gang", "restart"],
  slowness: 1,
  prelude: "",
  containerProperties: () => ({ image: "none" }),
  findJobLeftovers: () => Promise.resolve([]),
  findServerLeftovers(dataDir) {
    const files = FOLDERS.flatMap((folder) =>
      readdirSync(join(dataDir, folder)).map((name) => join(folder, name)),
    );
    const cgroup = findCgroup(dataDir);
    return [...files, ...(cgroup === undefined ? [] : [`its cgroup ${cgroup}`])];
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** The cgroup that the provider noted as its own, if it exists. */
function findCgroup(dataDir: string): string | undefined {
  const note = join(dataDir, "process", "cgroup");
  if (!existsSync(note)) return undefined;
  const path = readFileSync(note, "utf8").replace(/^\d /, "");
  return existsSync(path) ? path : undefined;
}
