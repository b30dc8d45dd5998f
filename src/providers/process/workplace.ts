import { randomBytes } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isSystemError } from "../../lib/system-error.ts";
import { CgroupConfinement } from "./cgroup-confinement.ts";
import { type CgroupCandidate, type CgroupPlace, findCgroupPlace, listCgroupCandidates } from "./cgroup.ts";
import type { Confinement } from "./confinement.ts";
import { canEnterGroup, isShellExportExact, makeFifo } from "./machine-probe.ts";
import { ProcessTable, readBootId } from "./process-identity.ts";
import { readRegularFile } from "./regular-file.ts";
import { WatchConfinement } from "./watch-confinement.ts";

/** What a provider works with: its folder, and what this machine and its shell can do. */
export interface Workplace {
  readonly dir: string;
  /** Holds a folder for each runner. */
  readonly runnersPath: string;
  /** Takes what attempts left in their working folders, until it is removed. */
  readonly trashPath: string;
  readonly table: ProcessTable;
  /** The machine has not been started anew since a provider last worked here. */
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
  const runnersPath = join(dir, "runners");
  const trashPath = join(dir, "trash");
  for (const folder of [runnersPath, trashPath]) makeFolder(folder);
  await makeFifo(join(dir, "events"), path);
  const table = new ProcessTable(readBootId());
  return {
    dir,
    runnersPath,
    trashPath,
    table,
    isSameBoot: readBootOfLastRun(dir) === table.bootId,
    isShellExportExact: await isShellExportExact(shell, path),
    cgroupPlace: memory === "watch" ? undefined : await findPlace(dir, shell, path),
  };
}

/** What else stands at its place, as a job may have left it, makes way. */
function makeFolder(path: string): void {
  const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder) rmSync(path, { force: true });
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o700);
}

export function listRunnerNames({ runnersPath }: Workplace): readonly string[] {
  return readdirSync(runnersPath);
}

/** A path in the trash where nothing is yet. */
export function newTrash({ trashPath }: Workplace): string {
  return join(trashPath, randomBytes(8).toString("hex"));
}

/** @param keptRunners the runners whose cgroups are still of use. */
export function createConfinement(place: Workplace, keptRunners: ReadonlySet<string>): Confinement {
  if (place.cgroupPlace === undefined) return new WatchConfinement(place.table);
  return new CgroupConfinement(place.cgroupPlace, keptRunners);
}

/**
 * Durable when it resolves: after a power cut it has to be there before any attempt is. Where it cannot be written, the
 * next start takes it that the machine was started anew, and gives up what has no record.
 */
export async function rememberBoot({ dir, table }: Pick<Workplace, "dir" | "table">): Promise<void> {
  try {
    await note(join(dir, "boot"), table.bootId);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function readBootOfLastRun(dir: string): string | undefined {
  return readNote(join(dir, "boot"));
}

/**
 * Replaces a file as a whole, so that a crash leaves the old text or the new one: half a note of the boot would look
 * like that of another. What else stands at its place makes way.
 */
async function note(path: string, text: string): Promise<void> {
  const known = readNote(path);
  if (known === text) return;
  const unfinished = `${path}.new`;
  await rm(unfinished, { force: true, recursive: true });
  await writeDurably(unfinished, text);
  if (known === undefined) await rm(path, { force: true, recursive: true });
  await rename(unfinished, path);
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, "wx");
  await file.writeFile(text);
  await file.sync();
}

const NOTE_BYTES_MAX = 8_192;

function readNote(path: string): string | undefined {
  return readRegularFile(path, NOTE_BYTES_MAX)?.toString("utf8");
}

/** Looks first where the last run kept its groups: those of attempts that go on are there. */
async function findPlace(
  dir: string,
  shell: readonly string[],
  path: string,
): Promise<CgroupPlace | undefined> {
  const placeFile = join(dir, "cgroup");
  const candidates = listCgroupCandidates(
    readFileSync("/proc/self/mountinfo", "utf8"),
    readFileSync("/proc/self/cgroup", "utf8"),
  );
  const last = readLastCandidate(placeFile).filter((each) => isWithin(candidates, each));
  const place = await findCgroupPlace([...last, ...candidates], dir, (file) =>
    canEnterGroup(shell, path, file),
  );
  if (place !== undefined) await note(placeFile, `${place.version} ${place.parent}`);
  return place;
}

function readLastCandidate(placeFile: string): readonly CgroupCandidate[] {
  const match = readNote(placeFile)?.match(/^([12]) (.+)$/);
  return match?.[2] === undefined ? [] : [{ version: match[1] === "2" ? 2 : 1, base: dirname(match[2]) }];
}

/** Whether the place is in a cgroup file system that is mounted here: ordinary folders keep nobody to a limit. */
function isWithin(candidates: readonly CgroupCandidate[], { version, base }: CgroupCandidate): boolean {
  const path = `${resolve(base)}/`;
  return candidates.some((each) => each.version === version && path.startsWith(`${each.base}/`));
}
