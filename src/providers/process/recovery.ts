import type { RecoveredRun } from "../container-run.ts";
import type { ProcessTable } from "./process-identity.ts";
import { RunnerFolder } from "./runner-folder.ts";
import { type RecordedAttempt, type RunnerRecord, parseRunnerRecord } from "./runner-record.ts";
import { Runner } from "./runner.ts";
import { type Workplace, listRunnerNames, newTrash } from "./workplace.ts";

/** What becomes of an attempt that the store knows when the server comes back. */
export type RecoveryDecision =
  | { readonly action: "start"; readonly because: "never-claimed" }
  | { readonly action: "adopt"; readonly because: "runner-alive" }
  | { readonly action: "report"; readonly because: "ended" }
  | { readonly action: "give-up"; readonly because: "runner-dead" | "rebooted" | "record-gone" };

export interface RecoveryFacts {
  /** What a runner's record says of it; undefined if none does. */
  readonly recorded: RecordedAttempt | undefined;
  readonly isRunnerAlive: boolean;
  /** The machine has not been started anew since this provider last ran. */
  readonly isSameBoot: boolean;
  /** The store knows that it has come up. */
  readonly hasRun: boolean;
}

/**
 * Decides what becomes of an attempt. What has certainly not begun is started, what has ended is reported, what runs
 * goes on; whatever else may have run in part, so it is given up as lost with its host.
 *
 * After a reboot an attempt without a claim may have had one that the disk never got to see.
 */
export function decideRecovery(facts: RecoveryFacts): RecoveryDecision {
  const { recorded, isRunnerAlive, isSameBoot, hasRun } = facts;
  if (recorded?.end !== undefined) return { action: "report", because: "ended" };
  if (recorded !== undefined && isRunnerAlive) return { action: "adopt", because: "runner-alive" };
  if (!isSameBoot) return { action: "give-up", because: "rebooted" };
  if (recorded !== undefined) return { action: "give-up", because: "runner-dead" };
  if (hasRun) return { action: "give-up", because: "record-gone" };
  return { action: "start", because: "never-claimed" };
}

/** An attempt of the store, and what was found of it. */
export interface SurveyedAttempt {
  readonly known: RecoveredRun;
  readonly decision: RecoveryDecision;
  readonly found: FoundAttempt | undefined;
}

export interface FoundAttempt {
  readonly recorded: RecordedAttempt;
  readonly runner: Runner;
  readonly isRunnerAlive: boolean;
  /** The runner has had none after it. */
  readonly isLatest: boolean;
}

export interface Survey {
  readonly attempts: readonly SurveyedAttempt[];
  /** Runners without an attempt that goes on, and the attempts that they had. */
  readonly spentRunners: readonly { readonly runner: Runner; readonly runIds: readonly string[] }[];
  /** Names of runners whose cgroups are still of use. */
  readonly keptRunners: ReadonlySet<string>;
  readonly keptRunnerPids: ReadonlySet<number>;
  /** Attempts of which nothing is to go on. */
  readonly overRunIds: ReadonlySet<string>;
  /** Attempts that are given up for a reboot alone: no record tells that they may have run. */
  readonly unrecordedRunIds: ReadonlySet<string>;
}

/** Reads the records of all runners and decides on every attempt of the store. Folders without a runner are trash. */
export function surveyAttempts(workplace: Workplace, known: readonly RecoveredRun[]): Survey {
  const knownRunIds = new Set(known.map(({ run }) => run.runId));
  const folders = listRunnerNames(workplace).map((name) => new RunnerFolder(workplace.runnersPath, name));
  const pages = folders.map((folder) => readPage(workplace.table, folder, knownRunIds));
  for (const { folder, runner } of pages) if (runner === undefined) folder.moveTo(newTrash(workplace));
  const found = findAttempts(pages);
  const attempts = known.map((attempt) =>
    decideOn(attempt, found.get(attempt.run.runId), workplace.isSameBoot),
  );

  const goingOn = attempts.filter(({ decision }) => decision.action === "adopt");
  const ended = attempts.filter(({ decision }) => decision.action === "report");
  const unrecorded = attempts.filter(
    (each) => each.decision.because === "rebooted" && each.found === undefined,
  );
  const adopted = new Set(goingOn.map((each) => each.found?.runner));
  const kept = new Set([...goingOn, ...ended].map((each) => each.found?.runner));
  const goingOnRunIds = toRunIds(goingOn);
  const owners = pages.flatMap(({ runner, record }) => (runner === undefined ? [] : [{ runner, record }]));
  const spentRunners = owners
    .filter(({ runner }) => !adopted.has(runner))
    .map(({ runner, record }) => ({ runner, runIds: record.attempts.map(({ runId }) => runId) }));
  return {
    attempts,
    spentRunners,
    keptRunners: new Set(owners.filter(({ runner }) => kept.has(runner)).map(({ runner }) => runner.name)),
    keptRunnerPids: new Set([...adopted].flatMap((runner) => runner?.identity.pid ?? [])),
    overRunIds: new Set([...found.keys(), ...knownRunIds].filter((runId) => !goingOnRunIds.has(runId))),
    unrecordedRunIds: toRunIds(unrecorded),
  };
}

function toRunIds(attempts: readonly SurveyedAttempt[]): ReadonlySet<string> {
  return new Set(attempts.map(({ known }) => known.run.runId));
}

interface Page {
  readonly folder: RunnerFolder;
  readonly runner: Runner | undefined;
  readonly record: RunnerRecord;
  /** The runner lives and is at an attempt that the store knows. */
  readonly isAtWork: boolean;
}

/**
 * A runner that has no attempt to go on with is kept from beginning one: it may have been told to, and not have got to
 * it yet. What it claimed before that counts, so its record is read again.
 */
function readPage(table: ProcessTable, folder: RunnerFolder, knownRunIds: ReadonlySet<string>): Page {
  const before = parseRunnerRecord(folder.readRecord());
  const latest = before.attempts.at(-1);
  const hasAttempt = latest !== undefined && latest.end === undefined && knownRunIds.has(latest.runId);
  const isAtWork = hasAttempt && before.runner !== undefined && table.isAlive(before.runner);
  if (!isAtWork) folder.revokeStart();
  const record = isAtWork ? before : parseRunnerRecord(folder.readRecord());
  const runner = record.runner === undefined ? undefined : new Runner(record.runner, folder);
  return { folder, runner, record, isAtWork };
}

/** A runner that was given up on before it began may have left a claim too: the one that got to the command counts. */
function findAttempts(pages: readonly Page[]): ReadonlyMap<string, FoundAttempt> {
  const found = new Map<string, FoundAttempt>();
  for (const { runner, record, isAtWork } of pages) {
    if (runner === undefined) continue;
    for (const recorded of record.attempts) {
      if (found.get(recorded.runId)?.recorded.command !== undefined) continue;
      const isLatest = recorded === record.attempts.at(-1);
      found.set(recorded.runId, { recorded, runner, isRunnerAlive: isAtWork && isLatest, isLatest });
    }
  }
  return found;
}

function decideOn(
  known: RecoveredRun,
  found: FoundAttempt | undefined,
  isSameBoot: boolean,
): SurveyedAttempt {
  const facts = { recorded: found?.recorded, isRunnerAlive: found?.isRunnerAlive ?? false, isSameBoot };
  return { known, found, decision: decideRecovery({ ...facts, hasRun: known.hasRun }) };
}
