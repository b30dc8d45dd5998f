import { EC2_CATALOGUE } from "../batch/instance-catalogue.ts";
import type { InstanceCatalogue } from "../batch/instance-catalogue.ts";
import type { LogTarget } from "../batch/log-configuration.ts";
import type { Resources } from "../batch/resources.ts";
import type { SpotMarket } from "../batch/spot-market.ts";
import type { IdSource } from "../lib/id-source.ts";
import type { Provider } from "../providers/provider.ts";
import type { Sequencer } from "../store/sequencer.ts";
import type { Store } from "../store/store.ts";
import type { FinishDecision } from "./finish-attempt.ts";
import { CatalogueSupply } from "../scheduler/scaling/catalogue-supply.ts";
import type { InstanceSupply } from "../scheduler/scaling/instance-supply.ts";
import type { CycleReport } from "../scheduler/schedule.ts";
import { BLOCKED_AFTER_SECONDS, BlockedQueues } from "./blocked-queues.ts";
import { Deadlines } from "./deadlines.ts";
import { IdleInstances } from "./idle-instances.ts";
import { ShareKeeping } from "./keep-shares.ts";
import { SpotPrices } from "./reclaim-spot.ts";
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
  readonly instanceCatalogue: InstanceCatalogue;
  readonly capacity: CapacitySettings;
  readonly deadlines: Deadlines;
  readonly blockedQueues: BlockedQueues;
  readonly stops: AttemptStops;
  readonly shareKeeping: ShareKeeping;
  readonly idleInstances: IdleInstances;
  readonly spotPrices: SpotPrices;
  /**
   * Room of the host that Spot capacity leaves, since the last cycle, for jobs on demand. Undefined before the first one, as
   * after a restart.
   */
  wantedOnDemand: Resources | undefined;
  /** True once nothing new is to be placed: the server waits for what runs, then ends. */
  isDraining: boolean;
  /** Task ids of attempts durable in STARTING that the provider has not been given yet. */
  readonly unlaunched: Set<string>;
  /** Attempts that the provider has been given and that have not ended, by task id. */
  readonly launched: Map<string, LaunchedTask>;
}

/** How environments get and lose their instances. */
export interface CapacitySettings {
  readonly supply: InstanceSupply;
  /** What Spot capacity costs as time goes by. Absent: none is taken back for its price. */
  readonly market?: SpotMarket;
  /** An instance without jobs goes after so many milliseconds. */
  readonly idleMs: number;
  /** Spot capacity that is taken back goes so many milliseconds after it was said. */
  readonly spotNoticeMs: number;
}

/** One minute; and two, as on AWS. */
export const DEFAULT_CAPACITY = { idleMs: 60_000, spotNoticeMs: 120_000 };

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

interface EngineParts extends Pick<
  Engine,
  "sequencer" | "store" | "provider" | "ids" | "observer" | "surroundings"
> {
  /** How long a job stands at the head of its queue before it is judged to block it. */
  readonly blockedAfterSeconds?: number;
  /** Absent: EC2's types alone. */
  readonly instanceCatalogue?: InstanceCatalogue;
  /** What is left out of it is as `DEFAULT_CAPACITY` and the catalogue say. */
  readonly capacity?: Partial<CapacitySettings>;
}

export function createEngine({
  blockedAfterSeconds = BLOCKED_AFTER_SECONDS,
  instanceCatalogue = EC2_CATALOGUE,
  capacity = {},
  ...parts
}: EngineParts): Engine {
  return {
    ...parts,
    instanceCatalogue,
    capacity: { supply: new CatalogueSupply(instanceCatalogue, 0), ...DEFAULT_CAPACITY, ...capacity },
    wantedOnDemand: undefined,
    isDraining: false,
    deadlines: new Deadlines(),
    blockedQueues: new BlockedQueues(blockedAfterSeconds * 1000),
    stops: new AttemptStops(),
    shareKeeping: new ShareKeeping(),
    idleInstances: new IdleInstances(),
    spotPrices: new SpotPrices(),
    unlaunched: new Set(),
    launched: new Map(),
  };
}
