import { eventDocument } from "../api/services/batch/wire/event-document.ts";
import type { EventJob } from "../api/services/batch/wire/event-document.ts";
import type { Attempt } from "../batch/attempt.ts";
import type { BatchEvent, SequencedEvent } from "../batch/event.ts";
import type { Job } from "../batch/job.ts";
import { scopeKey } from "../batch/scope.ts";
import { RecentlyUsed } from "../lib/recently-used.ts";
import type { Change } from "../store/change.ts";
import type { Store } from "../store/store.ts";

/** An event as it is shown. */
export interface ShownEvent {
  readonly sequence: number;
  readonly event: BatchEvent;
  /** The same whenever it is shown. */
  readonly id: string;
  /** EventBridge's form, as JSON. */
  readonly json: string;
}

export interface EventPage {
  /** None where there are none yet. */
  readonly events: readonly ShownEvent[];
  /** How many between the asked position and the first of these are kept no more. */
  readonly goneCount: number;
}

interface EventReaderOptions {
  /** What the sequencer commits to. */
  readonly store: Pick<Store, "commit" | "load">;
  /** What is read from. */
  readonly reads: Pick<Store, "readEvents" | "readJobs">;
  /** A UUID of the log: half of the id of each event. */
  readonly logId: string;
  readonly lastSequence: number;
  /** Called when there are new events, durable. */
  readonly onAppended: () => void;
}

/** What was committed last, so that who is up to date costs no read. At most twice as many. */
const RECENT_EVENTS_MAX = 4_096;
const RECENT_JOBS_MAX = 4_096;
const RECENT_TEXTS_MAX = 2_048;

/**
 * Shows the log of events. Each is made from the log's record and from its job once, for however many read it; while
 * somebody reads, jobs and attempts are taken from the commits as they go by, rather than from the store.
 */
export class EventReader {
  readonly #options: EventReaderOptions;
  #lastSequence: number;
  #recent: SequencedEvent[] = [];
  #jobs = new RecentlyUsed<RecentJob>(RECENT_JOBS_MAX);
  readonly #shown = new RecentlyUsed<ShownEvent>(RECENT_TEXTS_MAX);
  #listenerCount = 0;
  #commitCount = 0;

  constructor(options: EventReaderOptions) {
    this.#options = options;
    this.#lastSequence = options.lastSequence;
  }

  /** Of the latest event that is durable; 0 before the first. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** The store, so that what is committed through it is noted. */
  get noted(): Pick<Store, "commit" | "load"> {
    const { store } = this.#options;
    return {
      load: () => store.load(),
      commit: async (changes) => {
        await store.commit(changes);
        this.#note(changes);
      },
    };
  }

  /** From now on, until it is disposed of, somebody reads what comes as it comes. */
  listen(): Disposable {
    this.#listenerCount += 1;
    return {
      [Symbol.dispose]: () => {
        this.#listenerCount -= 1;
        if (this.#listenerCount === 0) this.#jobs = new RecentlyUsed(RECENT_JOBS_MAX);
      },
    };
  }

  /** Events after the sequence: about `limit` at most. */
  async read(afterSequence: number, limit: number): Promise<EventPage> {
    const found = await this.#find(afterSequence, limit);
    const goneCount = found[0] === undefined ? 0 : found[0].sequence - afterSequence - 1;
    const jobs = await this.#findJobs(found);
    return { events: found.map((one) => this.#show(one, jobs)), goneCount };
  }

  async #find(afterSequence: number, limit: number): Promise<readonly SequencedEvent[]> {
    if (afterSequence >= this.#lastSequence) return [];
    const [first] = this.#recent;
    if (first === undefined || afterSequence + 1 < first.sequence) {
      const found = await this.#options.reads.readEvents(afterSequence, limit);
      return found.slice(0, limit);
    }
    const start = afterSequence + 1 - first.sequence;
    return this.#recent.slice(start, start + limit);
  }

  /** The jobs of the events that have not been shown yet, by key. */
  async #findJobs(found: readonly SequencedEvent[]): Promise<ReadonlyMap<string, EventJob>> {
    const jobs = new Map<string, EventJob>();
    const missing: BatchEvent[] = [];
    for (const { sequence, event } of found) {
      const key = jobKey(event);
      if (jobs.has(key) || this.#shown.get(String(sequence)) !== undefined) continue;
      const recent = this.#jobs.get(key);
      if (recent === undefined) missing.push(event);
      else jobs.set(key, recent);
    }
    for (const ofScope of Map.groupBy(missing, ({ scope }) => scopeKey(scope)).values()) {
      await this.#readJobs(ofScope, jobs);
    }
    return jobs;
  }

  async #readJobs(events: readonly BatchEvent[], jobs: Map<string, EventJob>): Promise<void> {
    const [first] = events;
    if (first === undefined) return;
    const commitCount = this.#commitCount;
    const jobIds = [...new Set(events.map(({ jobId }) => jobId))];
    for (const { job, attempts, childCounts } of await this.#options.reads.readJobs(first.scope, jobIds)) {
      const key = jobKey(job);
      jobs.set(key, { job, attempts, ...(childCounts !== undefined && { childCounts }) });
      // What was committed meanwhile was noted before there was anything to note it in.
      const isCurrent = this.#listenerCount > 0 && this.#commitCount === commitCount;
      if (isCurrent && isToldByCommits(job)) this.#jobs.set(key, { job, attempts: [...attempts] });
    }
  }

  #show({ sequence, event }: SequencedEvent, jobs: ReadonlyMap<string, EventJob>): ShownEvent {
    const key = String(sequence);
    const known = this.#shown.get(key);
    if (known !== undefined) return known;
    const id = eventId(this.#options.logId, sequence);
    const json = JSON.stringify(eventDocument(event, id, jobs.get(jobKey(event))));
    const shown = { sequence, event, id, json };
    this.#shown.set(key, shown);
    return shown;
  }

  #note(changes: readonly Change[]): void {
    this.#commitCount += 1;
    if (this.#listenerCount > 0) for (const change of changes) this.#noteJob(change);
    const appended = changes.at(-1);
    if (appended?.kind !== "events-appended") return;
    const { firstSequence, events } = appended;
    for (const [index, event] of events.entries()) {
      this.#recent.push({ sequence: firstSequence + index, event });
    }
    if (this.#recent.length > 2 * RECENT_EVENTS_MAX) this.#recent = this.#recent.slice(-RECENT_EVENTS_MAX);
    this.#lastSequence = firstSequence + events.length - 1;
    this.#options.onAppended();
  }

  #noteJob(change: Change): void {
    if (change.kind === "job-submitted" && isToldByCommits(change.job)) {
      this.#jobs.set(jobKey(change.job), { job: change.job, attempts: [] });
    }
    if (change.kind === "attempt-put") this.#noteAttempt(change.attempt);
  }

  #noteAttempt(attempt: Attempt): void {
    const recent = this.#jobs.get(jobKey(attempt));
    if (recent === undefined) return;
    const place = recent.attempts.findIndex(({ number }) => number === attempt.number);
    if (place === -1) recent.attempts.push(attempt);
    else recent.attempts[place] = attempt;
  }
}

/** Not an array, whose children's changes show in it, nor a main node, whose attempts are its job's: they are read. */
function isToldByCommits({ kind, childIndex, nodes }: Job): boolean {
  const isArray = kind === "array" && childIndex === undefined;
  return !isArray && (childIndex === undefined || childIndex !== nodes?.main);
}

interface RecentJob {
  readonly job: Job;
  /** By number. */
  readonly attempts: Attempt[];
}

function jobKey({ scope, jobId }: Pick<BatchEvent, "scope" | "jobId">): string {
  return `${scopeKey(scope)} ${jobId}`;
}

/** The log's half, and the sequence as the twelve digits of the other. */
function eventId(logId: string, sequence: number): string {
  return `${logId.slice(0, 24)}${sequence.toString(16).padStart(12, "0")}`;
}
