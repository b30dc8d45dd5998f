import type { Attempt } from "../batch/attempt.ts";
import type { BatchEvent } from "../batch/event.ts";
import type { Resources } from "../batch/resources.ts";
import type { Clock } from "../lib/clock.ts";
import type { JobStatus } from "../model/batch.ts";
import type { AttemptSpec } from "../providers/provider.ts";
import type { CycleReport } from "../scheduler/schedule.ts";
import type { Change } from "../store/change.ts";
import type { LiveState } from "../store/live-state.ts";
import type { Store } from "../store/store.ts";
import type { JobBook, KnownJob } from "./job-book.ts";

/** What was not as it is promised to be. */
export interface Violation {
  readonly checker: string;
  readonly message: string;
}

/** What a cycle saw and left. */
export interface TickFacts {
  readonly state: LiveState;
  readonly report: CycleReport;
  readonly hostCapacity: Resources;
}

/** What a full audit may read. */
export interface AuditFacts {
  readonly store: Store;
  readonly state: LiveState;
  readonly book: JobBook;
}

/**
 * Watches one promise. It is told of what is durable, change by change, and keeps what it needs to know in a form of its
 * own: it believes nothing that the scheduler keeps. What it finds wrong it tells to whoever made it.
 */
export interface Checker {
  /** Any change, before what follows from it is told. */
  readonly changed?: (change: Change) => void;
  /** A job, a child of an array or a node has come into being. */
  readonly appeared?: (job: KnownJob) => void;
  /** Its status, or its place in the queue, is another than before. */
  readonly moved?: (job: KnownJob, before: JobStatus) => void;
  readonly attemptPut?: (job: KnownJob, attempt: Attempt, before: Attempt | undefined) => void;
  /** Everything of a commit has been told. */
  committed?(events: readonly BatchEvent[]): void;
  /** A client was told that its job is taken. */
  acknowledged?(jobId: string): void;
  /** The provider has really begun an attempt. */
  readonly started?: (spec: AttemptSpec) => void;
  /** A tick has ended, and all that it decided is durable. */
  ticked?(facts: TickFacts): void;
  /** An ended job was removed, as its retention was over. */
  forgotten?(job: KnownJob): void;
  /** Looks at everything anew. */
  audit?(facts: AuditFacts): Promise<void> | void;
  /** No job is left and nothing is to come. */
  finished?(): void;
}

/** What a checker is made with. */
export interface CheckerTools {
  /** Tells what is wrong. */
  readonly fail: (message: string) => void;
  /** The time of the simulation: its monotonic clock never jumps. */
  readonly clock: Clock;
  /** What the host can really promise in all. */
  readonly host: Resources;
}

export type CreateChecker = (tools: CheckerTools) => Checker;
