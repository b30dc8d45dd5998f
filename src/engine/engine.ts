import type { LogTarget } from "../batch/log-configuration.ts";
import type { Resources } from "../batch/resources.ts";
import type { IdSource } from "../lib/id-source.ts";
import type { Provider } from "../providers/provider.ts";
import type { Sequencer } from "../store/sequencer.ts";
import type { Store } from "../store/store.ts";
import type { FinishDecision } from "./finish-attempt.ts";
import type { CycleReport } from "../scheduler/schedule.ts";
import { Deadlines } from "./deadlines.ts";
import type { TaskSurroundings } from "./task-surroundings.ts";
import { AttemptStops } from "./stop-attempts.ts";

/** What the engine is built on, and what it remembers between ticks: all of it can be made again from the store. */
export interface Engine {
  readonly sequencer: Sequencer;
  readonly store: Store;
  readonly provider: Provider;
  readonly ids: IdSource;
  readonly observer: EngineObserver;
  readonly surroundings: TaskSurroundings;
  readonly deadlines: Deadlines;
  readonly stops: AttemptStops;
  /** True once nothing new is to be placed: the server waits for what runs, then ends. */
  isDraining: boolean;
  /** Task ids of attempts durable in STARTING that the provider has not been given yet. */
  readonly unlaunched: Set<string>;
  /** Attempts that the provider has been given and that have not ended, by task id. */
  readonly launched: Map<string, LaunchedTask>;
}

/** What is known of a task since its launch. */
export interface LaunchedTask {
  /** Where its containers write, in their order. */
  readonly logs: readonly ContainerLogTarget[];
  /** How long it may take to end once it is asked to. */
  readonly stopGraceMs: number;
}

export interface ContainerLogTarget extends LogTarget {
  readonly containerName: string;
  readonly streamId: string;
}

/** Who wants to know what the engine did: metrics and logs. Called only with what is durable. */
export interface EngineObserver {
  attemptStarted(startDelayMs: number): void;
  attemptFinished(because: FinishDecision): void;
  cycleEnded(report: CycleReport, hostCapacity: Resources): void;
}

export function createEngine(
  parts: Pick<Engine, "sequencer" | "store" | "provider" | "ids" | "observer" | "surroundings">,
): Engine {
  return {
    ...parts,
    isDraining: false,
    deadlines: new Deadlines(),
    stops: new AttemptStops(),
    unlaunched: new Set(),
    launched: new Map(),
  };
}
