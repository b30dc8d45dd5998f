import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type CgroupCandidate, type CgroupPlace, findCgroupPlace, listCgroupCandidates } from "./cgroup.ts";
import { CgroupConfinement } from "./cgroup-confinement.ts";
import type { Confinement } from "./confinement.ts";
import { ProcessTable, readBootId } from "./process-identity.ts";
import { canEnterGroup, isShellExportExact, makeFifo } from "./machine-probe.ts";
import { WatchConfinement } from "./watch-confinement.ts";

/** What a provider works with once it is up: its folder, and what this machine and its shell can do. */
export interface Workplace {
  readonly dir: string;
  /** Holds a folder for each attempt. */
  readonly attemptsPath: string;
  /** The attempts found there. */
  readonly foundTaskIds: readonly string[];
  readonly table: ProcessTable;
  readonly isSameBoot: boolean;
  readonly isShellExportExact: boolean;
  /** Absent where memory has to be watched. */
  readonly cgroupPlace: CgroupPlace | undefined;
}

export interface WorkplaceOptions {
  readonly dir: string;
  readonly shell: readonly string[];
  readonly path: string;
  readonly memory: "auto" | "watch";
}

/** Makes the folder ready and finds out, by trying, what can be done here. */
export async function openWorkplace({ dir, shell, path, memory }: WorkplaceOptions): Promise<Workplace> {
  const attemptsPath = join(dir, "attempts");
  const runnersPath = join(dir, "runners");
  rmSync(runnersPath, { recursive: true, force: true });
  for (const folder of [attemptsPath, runnersPath]) mkdirSync(folder, { recursive: true });
  await makeFifo(join(dir, "events"), path);

  const table = new ProcessTable(readBootId());
  return {
    dir,
    attemptsPath,
    foundTaskIds: readdirSync(attemptsPath),
    table,
    isSameBoot: isBootOfLastRun(dir, table.bootId),
    isShellExportExact: await isShellExportExact(shell, path),
    cgroupPlace: memory === "watch" ? undefined : await findPlace(dir, shell, path),
  };
}

/** @param keptTaskIds the attempts that go on. */
export function createConfinement(place: Workplace, keptTaskIds: ReadonlySet<string>): Confinement {
  if (place.cgroupPlace === undefined) return new WatchConfinement(place.table);
  return new CgroupConfinement(place.cgroupPlace, keptTaskIds);
}

/** Looks first where the last run kept its groups: those of attempts that go on are there. */
async function findPlace(
  dir: string,
  shell: readonly string[],
  path: string,
): Promise<CgroupPlace | undefined> {
  const placeFile = join(dir, "cgroup");
  const candidates = [
    ...readLastCandidate(placeFile),
    ...listCgroupCandidates(
      readFileSync("/proc/self/mountinfo", "utf8"),
      readFileSync("/proc/self/cgroup", "utf8"),
    ),
  ];
  const place = await findCgroupPlace(candidates, dir, (file) => canEnterGroup(shell, path, file));
  if (place !== undefined) writeFileSync(placeFile, `${place.version} ${place.parent}`);
  return place;
}

function readLastCandidate(placeFile: string): readonly CgroupCandidate[] {
  if (!existsSync(placeFile)) return [];
  const match = readFileSync(placeFile, "utf8").match(/^([12]) (.+)$/);
  return match?.[2] === undefined ? [] : [{ version: match[1] === "2" ? 2 : 1, base: dirname(match[2]) }];
}

/** Whether this boot is the one that the provider last ran in. A folder that never saw a provider has seen no boot. */
export function isBootOfLastRun(dir: string, bootId: string): boolean {
  try {
    return readFileSync(join(dir, "boot"), "utf8") === bootId;
  } catch {
    return false;
  }
}

/** Durable when it resolves: after a power cut it has to be there before any attempt is. */
export async function rememberBoot({ dir, table }: Workplace): Promise<void> {
  await using file = await open(join(dir, "boot"), "w");
  await file.writeFile(table.bootId);
  await file.sync();
}
