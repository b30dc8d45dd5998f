import { unreachable } from "../../lib/assert.ts";
import type { RecoveredAttempt } from "../provider.ts";
import { AttemptFolder } from "./attempt-folder.ts";
import type { AttemptRecord } from "./attempt-record.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { TASK_MARKER } from "./process-spec.ts";
import { SHIM_MARKER } from "./shim.ts";
import type { Workplace } from "./workplace.ts";

/** What becomes of an attempt that the store knows when the server comes back. */
export type RecoveryDecision =
  | { readonly action: "start"; readonly because: "never-claimed" }
  | { readonly action: "adopt"; readonly because: "runner-alive"; readonly runner: ProcessIdentity }
  | { readonly action: "report"; readonly because: "ended" | "stopped" }
  | {
      readonly action: "give-up";
      readonly because: "runner-dead" | "rebooted" | "folder-gone" | "claim-unreadable" | "lost-before";
    };

export interface RecoveryFacts {
  readonly record: AttemptRecord;
  /** The machine has not been started anew since this provider last ran. */
  readonly isSameBoot: boolean;
  readonly isRunnerAlive: boolean;
  /** The store knows it as running. */
  readonly isRunning: boolean;
}

/**
 * Decides what becomes of an attempt. What has certainly not begun is started, what has ended is reported, what runs
 * goes on; whatever else may have run in part, so it is given up as lost with its host.
 *
 * After a reboot an attempt without a claim may have had one that the disk never got to see.
 */
export function decideRecovery({
  record,
  isSameBoot,
  isRunnerAlive,
  isRunning,
}: RecoveryFacts): RecoveryDecision {
  switch (record.kind) {
    case "ended":
      return { action: "report", because: "ended" };
    case "refused":
      return record.because === "stopped"
        ? { action: "report", because: "stopped" }
        : { action: "give-up", because: "lost-before" };
    case "claimed":
      if (isRunnerAlive) return { action: "adopt", because: "runner-alive", runner: record.runner };
      return { action: "give-up", because: isSameBoot ? "runner-dead" : "rebooted" };
    case "incomplete":
      return { action: "give-up", because: "claim-unreadable" };
    case "absent":
      if (!isSameBoot) return { action: "give-up", because: "rebooted" };
      return isRunning
        ? { action: "give-up", because: "folder-gone" }
        : { action: "start", because: "never-claimed" };
    default:
      return unreachable(record);
  }
}

export interface Survey {
  readonly decided: readonly { readonly attempt: RecoveredAttempt; readonly decision: RecoveryDecision }[];
  /** Attempts that the store does not know, or not any more. */
  readonly unknownTaskIds: readonly string[];
  /** Attempts that go on, or of whose end there is something to tell. */
  readonly keptTaskIds: ReadonlySet<string>;
  /** Attempts of which nothing may be left running. */
  readonly endedTaskIds: ReadonlySet<string>;
  readonly keptRunnerPids: ReadonlySet<number>;
}

/** Decides on every attempt of the store and every folder, and sees to it that what is not to start never does. */
export function surveyAttempts(workplace: Workplace, known: readonly RecoveredAttempt[]): Survey {
  const { table, attemptsPath, foundTaskIds, isSameBoot } = workplace;
  const knownTaskIds = new Set(known.map(({ spec }) => spec.taskId));
  const unknownTaskIds = foundTaskIds.filter((taskId) => !knownTaskIds.has(taskId));
  const decided = known.map((attempt) => {
    const record = new AttemptFolder(attemptsPath, attempt.spec.taskId).readRecord();
    const isRunnerAlive = record.kind === "claimed" && table.isAlive(record.runner);
    const { isRunning } = attempt;
    return { attempt, decision: decideRecovery({ record, isSameBoot, isRunnerAlive, isRunning }) };
  });

  const taskIdsOf = (...actions: readonly RecoveryDecision["action"][]): readonly string[] =>
    decided
      .filter(({ decision }) => actions.includes(decision.action))
      .map(({ attempt }) => attempt.spec.taskId);
  for (const taskId of [...unknownTaskIds, ...taskIdsOf("give-up")]) {
    const folder = new AttemptFolder(attemptsPath, taskId);
    folder.refuse("host-lost");
    folder.forbidCommand();
  }
  return {
    decided,
    unknownTaskIds,
    keptTaskIds: new Set(taskIdsOf("adopt", "report")),
    endedTaskIds: new Set([...unknownTaskIds, ...taskIdsOf("give-up", "report")]),
    keptRunnerPids: new Set(
      decided.flatMap(({ decision }) => (decision.action === "adopt" ? [decision.runner.pid] : [])),
    ),
  };
}

/**
 * Ends what an earlier run left: the shim but for the runners that go on, and the processes of attempts that do not.
 * Both are known by their environment.
 */
export function endStrays(
  { table, dir }: Workplace,
  { keptRunnerPids, endedTaskIds }: Pick<Survey, "keptRunnerPids" | "endedTaskIds">,
): void {
  const shimEntry = `${SHIM_MARKER}=${dir}`;
  for (const stat of table.list()) {
    const environment = table.environment(stat.pid);
    const isStrayShim = environment.includes(shimEntry) && !keptRunnerPids.has(stat.sessionId);
    const taskId = environment.find((entry) => entry.startsWith(`${TASK_MARKER}=`))?.split("=")[1];
    const isStray = isStrayShim || (taskId !== undefined && endedTaskIds.has(taskId));
    if (isStray) table.signal({ ...stat, bootId: table.bootId }, "SIGKILL");
  }
}
