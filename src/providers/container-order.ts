import type { AttemptOutcome, ContainerOutcome } from "../batch/attempt.ts";
import { unreachable } from "../lib/assert.ts";
import type { ContainerDependency, TaskContainer } from "../batch/task-containers.ts";
import { HOST_LOST, STOPPED_BEFORE_START, createStartFailure } from "./attempt-outcomes.ts";

export type OrderedContainer = Pick<
  TaskContainer,
  "name" | "isEssential" | "dependsOn" | "startTimeoutSeconds"
>;

/** `starting`: it was asked for, and has not come up. */
export type ContainerState =
  | { readonly kind: "waiting" | "starting" }
  | { readonly kind: "running"; readonly startedAtMs: number }
  | EndedState;

export interface EndedState {
  readonly kind: "ended";
  /** Absent if it never came up. */
  readonly startedAtMs?: number;
  readonly endedAtMs: number;
  readonly outcome: AttemptOutcome;
}

export interface TaskFacts {
  readonly containers: readonly OrderedContainer[];
  /** In the order of the containers. */
  readonly states: readonly ContainerState[];
  /** Somebody wants the task ended. */
  readonly isUnwanted: boolean;
  readonly nowMs: number;
}

export interface TaskDecision {
  /** Indexes of containers whose time has come. */
  readonly start: readonly number[];
  /** No container starts any more, and those that run are to end. */
  readonly isEnding: boolean;
  /** When the last of the essential containers had come up; absent until all have. */
  readonly startedAtMs?: number;
  /** Set once no container runs any more. */
  readonly end?: TaskEnd;
  /** When to decide again though nothing has happened. */
  readonly dueAtMs?: number;
}

export interface TaskEnd {
  readonly atMs: number;
  readonly outcome: AttemptOutcome;
  /** Absent if no essential container came up. */
  readonly startedAtMs?: number;
}

/**
 * Decides what is to be done about the containers of a task (specification 4.12), from nothing but what each of them has
 * come to: so it decides the same after a crash.
 *
 * - A container starts once all that it depends on has happened.
 * - The task runs once every essential container has come up.
 * - It ends with the first essential container that ends, or as soon as one can never start: what it depends on cannot
 *   happen any more, or took too long. Containers that are not essential may fail, or never start.
 */
export function decideTask(facts: TaskFacts): TaskDecision {
  const { containers, states, isUnwanted } = facts;
  const cause = isUnwanted ? undefined : findCause(facts);
  const isEnding = isUnwanted || cause !== undefined;
  const started = startedAtMsOf(facts);
  const isUp = containers.every(
    ({ isEssential }, index) => !isEssential || startOf(states[index]) !== undefined,
  );
  const told = isUp && started !== undefined ? { startedAtMs: started } : {};
  if (!isEnding) {
    const start = indexesOf(states, "waiting").filter((index) => isReady(index, facts));
    const dueAtMs = nextDeadline(facts);
    return { start, isEnding, ...told, ...(dueAtMs === undefined ? {} : { dueAtMs }) };
  }
  const isOver = states.every(({ kind }) => kind === "waiting" || kind === "ended");
  return { start: [], isEnding, ...told, ...(isOver ? { end: createEnd(facts, cause, started) } : {}) };
}

/** Why a task ends: one of its essential containers ended, or can never start. */
type EndCause = { readonly kind: "ended"; readonly atMs: number } | ({ readonly kind: "stuck" } & Problem);

type Stuck = Extract<EndCause, { kind: "stuck" }>;

/** Why what a container waits for cannot happen any more. */
interface Problem {
  readonly atMs: number;
  /** What the other container did, as in `exited with 3`. */
  readonly text: string;
  /** The other went away with what ran it. */
  readonly isLost?: boolean;
}

/** The earliest. */
function findCause(facts: TaskFacts): EndCause | undefined {
  const causes = facts.states.flatMap((state, index): readonly EndCause[] => {
    if (facts.containers[index]?.isEssential !== true) return [];
    if (state.kind === "ended") return [{ kind: "ended", atMs: state.endedAtMs }];
    return state.kind === "waiting" ? (findStuck(index, facts, []) ?? []) : [];
  });
  return earliest(causes);
}

/** Why a container that waits can never start; undefined while it may. */
function findStuck(index: number, facts: TaskFacts, path: readonly number[]): readonly [Stuck] | undefined {
  const container = facts.containers[index];
  const all = (container?.dependsOn ?? []).flatMap((dependency) => {
    const problem = findProblem(dependency, facts, [...path, index]);
    if (problem === undefined) return [];
    const text = `container ${container?.name} waits for ${dependency.containerName}, which ${problem.text}`;
    return [{ kind: "stuck" as const, ...problem, text }];
  });
  const first = earliest(all);
  return first === undefined ? undefined : [first];
}

/** Since when, and why, what a dependency asks for cannot happen any more; undefined while it can, or has. */
function findProblem(
  { containerName, condition }: ContainerDependency,
  facts: TaskFacts,
  path: readonly number[],
): Problem | undefined {
  const index = facts.containers.findIndex(({ name }) => name === containerName);
  const state = facts.states[index];
  if (state === undefined) return { atMs: -Infinity, text: "the task does not have" };
  if (path.includes(index)) return { atMs: -Infinity, text: "waits for it in turn" };
  switch (state.kind) {
    case "starting":
      return undefined;
    case "waiting": {
      const [stuck] = findStuck(index, facts, path) ?? [];
      return stuck && { ...stuck, text: `cannot start: ${stuck.text}` };
    }
    case "running":
    case "ended": {
      const late = condition === "START" ? undefined : findLateness(index, facts);
      return late ?? (state.kind === "ended" ? findShortfall(state, condition) : undefined);
    }
    default:
      return unreachable(state);
  }
}

/** It was not over when its `startTimeout` was. */
function findLateness(index: number, { containers, states, nowMs }: TaskFacts): Problem | undefined {
  const deadlineMs = deadlineOf(containers[index], states[index]);
  const state = states[index];
  const lastedUntilMs = state?.kind === "ended" ? state.endedAtMs : nowMs;
  if (deadlineMs === undefined || lastedUntilMs < deadlineMs) return undefined;
  return { atMs: deadlineMs, text: `was not over within ${containers[index]?.startTimeoutSeconds} seconds` };
}

function findShortfall(
  { outcome, startedAtMs, endedAtMs }: EndedState,
  condition: ContainerDependency["condition"],
): Problem | undefined {
  if (outcome.kind === "host-lost") return { atMs: endedAtMs, text: "was lost", isLost: true };
  if (startedAtMs === undefined) return { atMs: endedAtMs, text: "did not start" };
  if (condition === "START") return undefined;
  if (condition === "COMPLETE" || isSuccess(outcome)) return undefined;
  return { atMs: endedAtMs, text: `exited with ${outcome.exitCode ?? "no exit code"}` };
}

function isReady(index: number, facts: TaskFacts): boolean {
  if (findStuck(index, facts, []) !== undefined) return false;
  return (facts.containers[index]?.dependsOn ?? []).every(({ containerName, condition }) => {
    const other = facts.states[facts.containers.findIndex(({ name }) => name === containerName)];
    return other?.kind === "ended" || (other?.kind === "running" && condition === "START");
  });
}

function nextDeadline(facts: TaskFacts): number | undefined {
  const awaited = indexesOf(facts.states, "waiting")
    .flatMap((index) => facts.containers[index]?.dependsOn ?? [])
    .filter(({ condition }) => condition !== "START")
    .map(({ containerName }) => facts.containers.findIndex(({ name }) => name === containerName));
  const deadlines = awaited.map(
    (index) => deadlineOf(facts.containers[index], facts.states[index]) ?? Infinity,
  );
  const soonestMs = Math.min(...deadlines.filter((atMs) => atMs > facts.nowMs));
  return soonestMs === Infinity ? undefined : soonestMs;
}

/** Until when others wait for it. */
function deadlineOf(container?: OrderedContainer, state?: ContainerState): number | undefined {
  const startedAtMs = startOf(state);
  if (container?.startTimeoutSeconds === undefined || startedAtMs === undefined) return undefined;
  return startedAtMs + container.startTimeoutSeconds * 1_000;
}

function createEnd(facts: TaskFacts, cause: EndCause | undefined, startedAtMs: number | undefined): TaskEnd {
  const ended = facts.states.filter((state) => state.kind === "ended");
  const outcome = cause?.kind === "stuck" ? createStuckOutcome(cause) : decideOutcome(facts);
  const hasBegun = outcome.kind !== "start-failed" && startedAtMs !== undefined;
  return {
    atMs: Math.max(...ended.map(({ endedAtMs }) => endedAtMs), ...(ended.length === 0 ? [facts.nowMs] : [])),
    outcome: {
      ...outcome,
      ...sumUse(ended),
      containers: facts.states.map((state, index) => describe(state, facts, index)),
    },
    ...(hasBegun ? { startedAtMs } : {}),
  };
}

/** That of the essential container that ended first, unless it succeeded and another one did not. */
function decideOutcome({ containers, states }: TaskFacts): AttemptOutcome {
  const essential = states.filter((_, index) => containers[index]?.isEssential === true);
  const inOrder = essential
    .filter((state) => state.kind === "ended")
    .sort((a, b) => a.endedAtMs - b.endedAtMs);
  const decisive = inOrder.find(({ outcome }) => !isSuccess(outcome));
  if (decisive !== undefined) {
    const { kind, exitCode, reason } = decisive.outcome;
    return {
      kind,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(reason === undefined ? {} : { reason }),
    };
  }
  if (inOrder.length === 0) return STOPPED_BEFORE_START;
  if (inOrder.length < essential.length) {
    return createDependencyFailure("an essential container ended before another one was started");
  }
  return { kind: "exited", exitCode: 0 };
}

/** What was lost with its host is told as such: it is what jobs are tried again for. */
function createStuckOutcome({ text, isLost }: Problem): AttemptOutcome {
  return isLost === true ? HOST_LOST : createDependencyFailure(text);
}

function createDependencyFailure(reason: string): AttemptOutcome {
  return createStartFailure(`TaskDependencyError: ${reason}`);
}

function describe(state: ContainerState, { containers }: TaskFacts, index: number): ContainerOutcome {
  const { exitCode, reason }: Partial<AttemptOutcome> = state.kind === "ended" ? state.outcome : {};
  const startedAtMs = startOf(state);
  return {
    name: containers[index]?.name ?? "",
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason === undefined ? {} : { reason }),
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
  };
}

/** The highest uses of memory need not have been at the same time. */
function sumUse(ended: readonly EndedState[]): Pick<AttemptOutcome, "peakMemoryBytes" | "cpuTimeMs"> {
  const peaks = ended.flatMap(({ outcome }) => outcome.peakMemoryBytes ?? []);
  const times = ended.flatMap(({ outcome }) => outcome.cpuTimeMs ?? []);
  return {
    ...(peaks.length === 0 ? {} : { peakMemoryBytes: sum(peaks) }),
    ...(times.length === 0 ? {} : { cpuTimeMs: sum(times) }),
  };
}

/** When the last of the essential containers that did come up had. */
function startedAtMsOf({ containers, states }: TaskFacts): number | undefined {
  const starts = states.flatMap((state, index) =>
    containers[index]?.isEssential === true ? (startOf(state) ?? []) : [],
  );
  return starts.length === 0 ? undefined : Math.max(...starts);
}

function startOf(state: ContainerState | undefined): number | undefined {
  return state?.kind === "running" || state?.kind === "ended" ? state.startedAtMs : undefined;
}

function isSuccess({ kind, exitCode }: AttemptOutcome): boolean {
  return kind === "exited" && exitCode === 0;
}

function indexesOf(states: readonly ContainerState[], kind: ContainerState["kind"]): readonly number[] {
  return states.flatMap((state, index) => (state.kind === kind ? [index] : []));
}

function earliest<T extends { readonly atMs: number }>(all: readonly T[]): T | undefined {
  return all.reduce<T | undefined>(
    (first, each) => (first === undefined || each.atMs < first.atMs ? each : first),
    undefined,
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
