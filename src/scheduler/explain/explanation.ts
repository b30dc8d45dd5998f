import type { Resources } from "../../batch/resources.ts";
import type { LiveJob } from "../../store/live-state.ts";
import type { InstanceShape } from "../scaling/instance-supply.ts";
import type { WaitReason } from "../wait-reason.ts";

/**
 * Why a job waits, or that it does not. Besides the reasons of a cycle, which are those of jobs at the head of their queue
 * or share:
 *
 * - `not-waiting`: it is STARTING or RUNNING.
 * - `submitted`: it was not looked at yet.
 * - `dependencies`: it waits for other jobs to end.
 * - `children`: it is an array all of whose children were spawned: each of them has a reason of its own.
 * - `behind-others`: other jobs of its queue, or of its share, go first; or it would be placed, but that the head of another
 *   share or queue goes first in the next cycle.
 * - `placeable`: nothing is in its way but the next cycle.
 */
export type ExplainedReason =
  | WaitReason
  | "not-waiting"
  | "submitted"
  | "dependencies"
  | "children"
  | "behind-others"
  | "placeable";

/** All that can be said of why a job waits. Instants and lengths are those of the moment that it was asked at. */
export interface Explanation {
  readonly jobId: string;
  readonly status: LiveJob["status"];
  readonly because: ExplainedReason;
  /** What would hold it up if it were at the head of its queue; absent: nothing. */
  readonly atHead?: WaitReason;
  /** It will never start unless somebody changes the job, the environments or the host. */
  readonly isImpossible: boolean;
  readonly jobQueue: string;
  /** What it asks for: of a multi-node job all nodes together. */
  readonly needs: Resources;
  readonly nodeCount?: number;
  /** The jobs that it waits for; absent once it waits for none. */
  readonly waitsFor?: readonly AwaitedJob[];
  /** Absent before it is RUNNABLE. */
  readonly line?: PlaceInLine;
  /** What each environment of its queue makes of it, in the order in which they are tried. */
  readonly environments: readonly EnvironmentAnswer[];
  /** Present where it is kept from capacity by the queue's `computeReservation`. */
  readonly reservation?: Reservation;
  readonly consumables: readonly ConsumableAnswer[];
  /**
   * What would help, as far as anything is known that would. Of a job that is held up each by itself starts it; of one that can
   * never start several may be needed together.
   */
  readonly remedies: readonly Remedy[];
  readonly expectedStart?: ExpectedStart;
  /** What the provider says of itself while it is away. */
  readonly outage?: string;
}

export interface AwaitedJob {
  readonly jobId: string;
  readonly status: LiveJob["status"];
}

export interface PlaceInLine {
  /** Jobs and children that go before it; with fair share those of its own share. */
  readonly aheadCount: number;
  /** False: there may be more, as not all arrays' children were counted. */
  readonly isExact: boolean;
  /** Who is at the head of its queue, with fair share of its share; absent where that is the job itself. */
  readonly head?: {
    readonly jobId: string;
    readonly because?: WaitReason;
    /** It can never start as things are, and nobody behind it does before it goes. */
    readonly isImpossible?: boolean;
  };
  /**
   * Of a job at the head of its queue or share: who goes before it to what it waits for, from another share or queue. Absent
   * where nobody does.
   */
  readonly before?: HeadBefore;
  /**
   * Of a job at the head before which nobody goes: one that waits for the ends of others and may go before it then; without
   * an id where more jobs wait so than are looked at, or where it is of another account or region.
   */
  readonly comingBefore?: { readonly jobId?: string; readonly jobQueue?: string };
  /** Fair share only. */
  readonly share?: ShareStanding;
}

/** A job at the head of another share or queue. */
export interface HeadBefore {
  /** Absent, as is its queue: it is of another account or region. */
  readonly jobId?: string;
  readonly jobQueue?: string;
  /** Where that queue has shares. */
  readonly shareIdentifier?: string;
  /** Absent: the next cycle places it. */
  readonly because?: WaitReason;
  /** As many go before the job as are looked at: there may be more. */
  readonly isOfMany?: true;
}

/** Where the share of a job stands among those of its queue. */
export interface ShareStanding {
  readonly shareIdentifier: string;
  /** What it has had, in vCPUs: see `batch/fair-share.ts`. */
  readonly claimVcpus: number;
  readonly weight: number;
  /** Shares with RUNNABLE jobs whose claim times weight is lower: their jobs go first. */
  readonly sharesBeforeCount: number;
  /** The first of these, in their order. */
  readonly sharesBefore: readonly Omit<ShareStanding, "sharesBefore" | "sharesBeforeCount">[];
  /** How many jobs of all shares go before it if there is room for each; absent: more than were looked at. */
  readonly aheadInQueueCount?: number;
}

export interface EnvironmentAnswer {
  readonly computeEnvironment: string;
  /** Whether it could take the job at all, were it VALID, ENABLED and empty. */
  readonly isEverPossible: boolean;
  readonly verdict: EnvironmentVerdict;
  /** Of one that is not VALID or not ENABLED: why it could never take the job besides. */
  readonly never?: EnvironmentVerdict;
}

/** Whether an environment takes a job now, with the numbers. */
export type EnvironmentVerdict =
  | { readonly kind: "takes" }
  /** It has no room, but launches instances of these types for it. */
  | { readonly kind: "launches"; readonly instanceTypes: readonly string[] }
  | {
      readonly kind: "environments-unavailable";
      readonly state: string;
      readonly status: string;
      readonly statusReason: string;
    }
  | { readonly kind: "kubernetes-unavailable" }
  /** It takes no multi-node jobs, as it is not of the type `EC2`: `SPOT`, `FARGATE`, `UNMANAGED`. */
  | { readonly kind: "multi-node-unsupported"; readonly type: string }
  /** What it may have in all, and what it would need for the job: that of the instances, where it launches any. */
  | {
      readonly kind: "exceeds-environments";
      readonly maxVcpuMillis: number;
      readonly neededVcpuMillis: number;
      /** What no instance type of it holds either; absent where one does. */
      readonly wanted?: Resources;
    }
  /** The type that comes nearest to what the job, or its largest node, needs; absent where there is none. */
  | {
      readonly kind: "exceeds-instance-types";
      readonly wanted: Resources;
      readonly nearest?: InstanceShape;
    }
  | { readonly kind: "exceeds-host"; readonly host: Resources }
  | {
      readonly kind: "environments-full";
      readonly capacity: "fargate" | "instances" | "host";
      readonly vcpuMillis: number;
      /** Absent: without limit. */
      readonly maxVcpuMillis?: number;
      /** What is free on the instance that comes nearest; absent where there is none. */
      readonly nearestRoom?: Resources;
      /** How many of its instances leave and take nothing more; absent: none. */
      readonly leavingCount?: number;
      /** It is UPDATING: those that leave are being replaced. */
      readonly isUpdating?: true;
    }
  | { readonly kind: "above-bid"; readonly bidPercentage: number }
  | {
      readonly kind: "host-full";
      readonly host: Resources;
      readonly free: Resources;
      /** Of an environment of Spot capacity: what jobs on demand have before. */
      readonly keptForOnDemand?: Resources;
      /** Once there is room an instance is launched for the job, and boots for so long. */
      readonly bootMs?: number;
    }
  | { readonly kind: "instances-starting"; readonly bootingCount: number; readonly readyAtMs?: number };

/** Whether the environment takes the job now, or launches an instance for it. */
export function isTaking({ verdict: { kind } }: Pick<EnvironmentAnswer, "verdict">): boolean {
  return kind === "takes" || kind === "launches";
}

/** What a scheduling policy keeps free for shares that are not active: see `batch/fair-share.ts`. */
export interface Reservation {
  /** Its ARN. */
  readonly schedulingPolicy: string;
  /** In percent. */
  readonly computeReservation: number;
  readonly activeShareCount: number;
  /** What the queue's environments may have together. */
  readonly maxVcpuMillis: number;
  /** What is left of that to the shares that are active. */
  readonly unreservedVcpuMillis: number;
  /** What these have. */
  readonly vcpuMillis: number;
}

export interface ConsumableAnswer {
  /** Its ARN. */
  readonly consumableResource: string;
  readonly quantity: number;
  /** False: there is no resource of that name. */
  readonly exists: boolean;
  /** 0 where there is no such resource. */
  readonly totalQuantity: number;
  readonly heldQuantity: number;
  /** Some of the jobs that hold it; none where enough of it is free. */
  readonly holders: readonly EndingJob[];
}

/** Whether less of the consumable resource is free than the job needs. */
export function isShort({
  quantity,
  totalQuantity,
  heldQuantity,
}: Omit<ConsumableAnswer, "holders">): boolean {
  return heldQuantity + quantity > totalQuantity;
}

/** Whether the job needs more of it than there is in all. */
export function exceedsTotal({ quantity, totalQuantity }: ConsumableAnswer): boolean {
  return quantity > totalQuantity;
}

/** A job that runs, and when its time limit ends it. */
export interface EndingJob {
  /** Absent: it is of another account or region. */
  readonly jobId?: string;
  /** When its attempt started, or was placed if it has not come up yet. */
  readonly sinceMs: number;
  readonly limitAtMs?: number;
  /** How often it is tried again at most if it fails; absent: it is not. */
  readonly attemptsLeft?: number;
}

export type Remedy =
  | { readonly kind: "enable-environment"; readonly computeEnvironment: string }
  | { readonly kind: "repair-environment"; readonly computeEnvironment: string }
  | { readonly kind: "raise-max-vcpus"; readonly computeEnvironment: string; readonly toVcpus: number }
  | {
      readonly kind: "add-larger-type";
      readonly computeEnvironment: string;
      readonly wanted: Resources;
      /** The `maxvCpus` that it needs besides; absent where it has them. */
      readonly toVcpus?: number;
    }
  | {
      readonly kind: "lower-reservation";
      /** Its ARN. */
      readonly schedulingPolicy: string;
      /** The `computeReservation` that is low enough. */
      readonly toPercent: number;
    }
  | { readonly kind: "raise-bid"; readonly computeEnvironment: string }
  /** It starts once all of these have ended. */
  | {
      readonly kind: "jobs-end";
      readonly jobs: readonly EndingJob[];
      /** The environment that has room then; absent where they give back something else, as a consumable resource. */
      readonly computeEnvironment?: string;
      /** An instance is launched for it then, or one boots already: for so long at most. */
      readonly bootMs?: number;
      /** Their instances are too small for it, and go before when they have been idle for a while. */
      readonly isAfterIdle?: true;
    }
  /** Instances that go: then it has room. */
  | {
      readonly kind: "instances-leave";
      /** Without those of other accounts and regions. */
      readonly instanceIds: readonly string[];
      /** Absent: they are too small for the job, and go when they have been idle for a while. */
      readonly atMs?: number;
      /** The environment that is full without that; absent: they are Spot capacity that is taken back for the job. */
      readonly computeEnvironment?: string;
      /** An instance is launched for it then: it boots for so long. */
      readonly bootMs?: number;
    }
  | { readonly kind: "instance-boots"; readonly computeEnvironment: string; readonly readyAtMs?: number }
  | {
      readonly kind: "raise-quantity" | "create-consumable";
      readonly consumableResource: string;
      readonly toQuantity: number;
    }
  /** Of a multi-node job none of whose queue's environments takes such jobs. */
  | { readonly kind: "add-environment"; readonly jobQueue: string; readonly type: "EC2" }
  /** Of one behind which it waits, and which can never start as things are. */
  | { readonly kind: "cancel-job"; readonly jobId: string }
  | { readonly kind: "ask-for-less" };

export interface ExpectedStart {
  /** Not later than this, if nothing goes before it. */
  readonly byMs: number;
  /**
   * `time-limits`: those of the jobs that are in its way; `boot-time`: that of an instance that is starting; `spot-notice`:
   * that of Spot capacity which is taken back for it; `instances-leave`: the instant at which others go.
   */
  readonly basis: "time-limits" | "boot-time" | "spot-notice" | "instances-leave";
}
