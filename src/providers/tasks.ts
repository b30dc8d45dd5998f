import { STOP_TIMEOUT_SECONDS } from "../batch/task-containers.ts";
import type { AttemptOutcome } from "../batch/attempt.ts";
import type { Clock } from "../lib/clock.ts";
import { type ContainerState, type TaskDecision, decideTask } from "./container-order.ts";
import { type ContainerRun, type RecoveredRun, hasSeveral, runIdOf, runsOf } from "./container-run.ts";
import type { LoopbackAddresses } from "./loopback-addresses.ts";
import type { AttemptSpec, ProviderNews, RecoveredAttempt } from "./provider.ts";

export interface TasksOptions {
  readonly clock: Clock;
  readonly runs: Runs;
  /** For tasks of a group; undefined where their network gives them some. */
  readonly addresses: LoopbackAddresses | undefined;
  readonly onNews: (news: ProviderNews) => void;
}

/** What runs single containers. */
export interface Runs {
  start(run: ContainerRun): void;
  /** SIGTERM or SIGKILL to all of it. One that has not come up ends without having run. */
  end(runId: string, wish: "stop" | "kill"): void;
  /** The end of its task is durable elsewhere. */
  forget(runId: string): void;
}

export interface RunEnd {
  readonly atMs: number;
  readonly outcome: AttemptOutcome;
  readonly startedAtMs?: number;
}

/** A task of several containers. */
interface Task {
  readonly spec: AttemptSpec;
  readonly runs: readonly ContainerRun[];
  readonly states: ContainerState[];
  /** When those that were told to end get SIGKILL, by index and the monotonic clock; `Infinity` once they have. */
  readonly killAtMs: Map<number, number>;
  isStartTold: boolean;
  isUnwanted: boolean;
  isOver: boolean;
  address?: string | undefined;
  /** When the order has to be looked at again, by the wall clock. */
  dueAtMs?: number | undefined;
  /** Something has happened to it; it is being seen to. */
  isChanged: boolean;
  isBusy: boolean;
}

/**
 * Runs tasks as containers in their order, and makes one piece of news of what becomes of them. What a task of a single
 * container is asked and what becomes of it is handed on as it is.
 *
 * It remembers nothing that the containers do not: after a restart they are found again, and the same is decided.
 */
export class Tasks {
  readonly #options: TasksOptions;
  /** Those of several containers. */
  readonly #tasks = new Map<string, Task>();

  constructor(options: TasksOptions) {
    this.#options = options;
  }

  start(spec: AttemptSpec): void {
    const runs = runsOf(spec, this.#claimAddress(spec));
    const [first] = runs;
    if (hasSeveral(spec)) this.#advance(this.#add(spec, runs, "waiting"));
    else if (first !== undefined) this.#options.runs.start(first);
  }

  /** Answers what to look for of the tasks. */
  recover(known: readonly RecoveredAttempt[]): readonly RecoveredRun[] {
    // Those whose address was told keep it, whatever others would have got before.
    for (const { spec, address } of known) if (address !== undefined) this.#claimAddress(spec, address);
    return known.flatMap(({ spec, isRunning }) => {
      const runs = runsOf(spec, this.#claimAddress(spec));
      const isHeld = hasSeveral(spec);
      if (isHeld) this.#add(spec, runs, "starting").isStartTold = isRunning;
      return runs.map((run) => ({ run, hasRun: isRunning && run.isEssential, isHeld }));
    });
  }

  end(taskId: string, wish: "stop" | "kill"): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined) {
      this.#options.runs.end(taskId, wish);
      return;
    }
    task.isUnwanted = true;
    this.#advance(task);
    if (wish === "kill") for (const index of liveIndexes(task)) this.#kill(task, index);
  }

  /** The end of the task is durable elsewhere. */
  forget(taskId: string): void {
    const { runs, addresses } = this.#options;
    const task = this.#tasks.get(taskId);
    this.#tasks.delete(taskId);
    addresses?.release(taskId);
    if (task === undefined) runs.forget(taskId);
    else for (const { runId } of task.runs) runs.forget(runId);
  }

  /** What is due has been done. Answers the milliseconds until something more is; undefined if nothing will be. */
  poll(): number | undefined {
    let soonestMs = Infinity;
    for (const task of this.#tasks.values()) soonestMs = Math.min(soonestMs, this.#pollTask(task));
    return soonestMs === Infinity ? undefined : Math.max(0, soonestMs);
  }

  /** @param address under which the network reaches it. */
  runStarted(
    { task: { taskId }, runId, address: claimed }: ContainerRun,
    atMs: number,
    address = claimed,
  ): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined) {
      this.#tellStarted(taskId, atMs, address);
      return;
    }
    task.address ??= address;
    this.#setState(task, runId, { kind: "running", startedAtMs: atMs });
  }

  runEnded({ task: { taskId }, runId }: ContainerRun, end: RunEnd): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined) {
      this.#tellEnded(taskId, end);
      return;
    }
    const { atMs: endedAtMs, outcome, startedAtMs } = end;
    const began = startedAtMs === undefined ? {} : { startedAtMs };
    this.#setState(task, runId, { kind: "ended", endedAtMs, outcome, ...began });
  }

  /** It was looked for, and never began. */
  runAbsent({ task: { taskId }, runId }: ContainerRun): void {
    const task = this.#tasks.get(taskId);
    if (task !== undefined) this.#setState(task, runId, { kind: "waiting" });
  }

  /**
   * What a task that has not come up is about, as a sentence.
   *
   * @param stageOfRun the same of one of its containers.
   */
  stageOf(taskId: string, stageOfRun: (runId: string) => string | undefined): string | undefined {
    const task = this.#tasks.get(taskId);
    if (task === undefined) return stageOfRun(taskId);
    if (task.isStartTold) return undefined;
    const stages = task.states.flatMap(({ kind }, index) => {
      const { name = "", runId = "" }: Partial<ContainerRun> = task.runs[index] ?? {};
      if (kind === "waiting") return [`container ${name}: waiting for other containers`];
      const stage = kind === "starting" ? stageOfRun(runId) : undefined;
      return stage === undefined ? [] : [`container ${name}: ${stage}`];
    });
    return stages.length === 0 ? undefined : stages.join("; ");
  }

  #claimAddress({ taskId, network }: AttemptSpec, known?: string): string | undefined {
    return network === undefined ? undefined : this.#options.addresses?.claim(taskId, known);
  }

  #add(spec: AttemptSpec, runs: readonly ContainerRun[], kind: "waiting" | "starting"): Task {
    const task: Task = {
      spec,
      runs,
      states: runs.map(() => ({ kind })),
      killAtMs: new Map(),
      isStartTold: false,
      isUnwanted: false,
      isOver: false,
      isChanged: false,
      isBusy: false,
    };
    this.#tasks.set(spec.taskId, task);
    return task;
  }

  #setState(task: Task, runId: string, state: ContainerState): void {
    const index = task.runs.findIndex((run) => run.runId === runId);
    if (task.states[index]?.kind === "ended") return;
    task.states[index] = state;
    this.#advance(task);
  }

  /** What is asked of the runs may at once tell of their ends: then it is decided again once all of it has been asked. */
  #advance(task: Task): void {
    task.isChanged = true;
    if (task.isBusy) return;
    task.isBusy = true;
    while (task.isChanged && !task.isOver) {
      task.isChanged = false;
      const { spec, states, isUnwanted } = task;
      const nowMs = this.#options.clock.nowMs();
      this.#carryOut(task, decideTask({ containers: spec.containers, states, isUnwanted, nowMs }));
    }
    task.isBusy = false;
  }

  #carryOut(task: Task, { start, isEnding, startedAtMs, end, dueAtMs }: TaskDecision): void {
    const { taskId } = task.spec;
    task.dueAtMs = dueAtMs;
    for (const index of start) task.states[index] = { kind: "starting" };
    for (const index of start) {
      const run = task.runs[index];
      if (run !== undefined) this.#options.runs.start(run);
    }
    if (isEnding) for (const index of liveIndexes(task)) this.#stop(task, index);
    // Something that came to light meanwhile may change what is to be told.
    if (task.isChanged) return;
    const toldAtMs = startedAtMs ?? end?.startedAtMs;
    if (toldAtMs !== undefined && !task.isStartTold) {
      task.isStartTold = true;
      this.#tellStarted(taskId, toldAtMs, task.address);
    }
    if (end === undefined) return;
    task.isOver = true;
    this.#tellEnded(taskId, end);
  }

  #tellStarted(taskId: string, atMs: number, address: string | undefined): void {
    this.#options.onNews({ kind: "started", taskId, atMs, ...(address === undefined ? {} : { address }) });
  }

  #tellEnded(taskId: string, end: RunEnd): void {
    this.#options.onNews({ kind: "ended", taskId, ...end });
  }

  #stop(task: Task, index: number): void {
    const run = task.runs[index];
    if (run === undefined || task.killAtMs.has(index)) return;
    const { stopTimeoutSeconds = STOP_TIMEOUT_SECONDS } = run;
    task.killAtMs.set(index, this.#options.clock.monotonicMs() + stopTimeoutSeconds * 1_000);
    this.#options.runs.end(run.runId, "stop");
  }

  #kill(task: Task, index: number): void {
    task.killAtMs.set(index, Infinity);
    this.#options.runs.end(runIdOf(task.spec.taskId, index), "kill");
  }

  /** Milliseconds until something is due. */
  #pollTask(task: Task): number {
    const { clock } = this.#options;
    if (task.isOver) return Infinity;
    if (task.dueAtMs !== undefined && task.dueAtMs <= clock.nowMs()) this.#advance(task);
    const monotonicMs = clock.monotonicMs();
    for (const index of liveIndexes(task)) {
      if ((task.killAtMs.get(index) ?? Infinity) <= monotonicMs) this.#kill(task, index);
    }
    const killInMs = liveIndexes(task).map((index) => (task.killAtMs.get(index) ?? Infinity) - monotonicMs);
    return Math.min(...killInMs, (task.dueAtMs ?? Infinity) - clock.nowMs());
  }
}

function liveIndexes({ states }: Task): readonly number[] {
  return states.flatMap(({ kind }, index) => (kind === "starting" || kind === "running" ? [index] : []));
}
