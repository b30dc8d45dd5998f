import type { BatchEvent } from "../batch/event.ts";
import type { Change } from "./change.ts";
import { LiveState } from "./live-state.ts";
import { noteEvents } from "./note-events.ts";
import type { Store, StoredState } from "./store.ts";

export interface SequencerOptions {
  readonly store: Pick<Store, "commit" | "load">;
  /** Runs the given function soon, once: what is decided until then shares one commit. */
  readonly runSoon: (flush: () => void) => void;
  /**
   * Called when `decide` has decided, before `runSoon`: there may be something to do for the engine. What the engine
   * decides before the flush is in the same commit: a job that is submitted is at once written as RUNNABLE.
   */
  readonly wake: () => void;
}

/** What a decision of the API amounts to. */
export interface Decision<Answer> {
  readonly changes: readonly Change[];
  readonly answer: Answer;
}

/**
 * Puts every decision into one order. A decision runs synchronously on the live state and its changes are applied
 * before anybody else decides, so no two decisions see the same old state; what was decided since the last commit is
 * made durable in one transaction, and only then is anybody answered.
 *
 * When a commit fails, all who waited for it, and all who decided on top of it, are rejected with the store's error,
 * and the live state is built again from the store.
 */
export class Sequencer {
  readonly #options: SequencerOptions;
  #state: LiveState;
  #lastEventSequence: number;
  #batch = new Batch();
  #isFlushing = false;
  /** The state holds what is not in the store: nobody may decide on it before it is built again. */
  #isStale = false;
  #reloaded: Promise<void> | undefined;
  /** The end of the commits under way; resolves in any case. */
  #flushed: Promise<void> | undefined;

  static async open(options: SequencerOptions): Promise<Sequencer> {
    return new Sequencer(options, await options.store.load());
  }

  private constructor(options: SequencerOptions, stored: StoredState) {
    this.#options = options;
    this.#state = LiveState.from(stored);
    this.#lastEventSequence = stored.lastEventSequence;
  }

  /** The state with all that was decided, durable or not: for decisions and gauges, never for an answer. */
  get state(): LiveState {
    return this.#state;
  }

  /**
   * Decides on the live state, for the API. Resolves with the answer once it is durable. If `decide` throws, nothing
   * is changed and the promise rejects with what was thrown, once all that the decision could see is durable.
   */
  decide<Answer>(decide: (state: LiveState) => Decision<Answer>): Promise<Answer> {
    return this.transact((state, apply) => {
      const decision = decide(state);
      for (const change of decision.changes) apply(change);
      this.#options.wake();
      return decision.answer;
    });
  }

  /**
   * The same for a decision made of many steps, each of which sees the one before: `apply` changes the live state at
   * once. To throw after something was applied is a bug: nothing of the decision, nor of what waits with it, is kept.
   */
  async transact<Answer>(
    decide: (state: LiveState, apply: (change: Change) => void) => Answer,
  ): Promise<Answer> {
    while (this.#isStale) await (this.#reloaded ??= this.#reload());
    const batch = this.#batch;
    const countBefore = batch.changes.length;
    try {
      return decide(this.#state, (change) => {
        noteEvents(batch.events, change, this.#state);
        this.#state.apply(change);
        batch.changes.push(change);
      });
    } catch (error) {
      if (batch.changes.length > countBefore) this.#rejectPending(error);
      throw error;
    } finally {
      await this.#durable(batch);
    }
  }

  /** Resolves when the batch, and with it all before it, is durable. */
  #durable(batch: Batch): Promise<void> {
    if (batch.changes.length === 0 && !this.#isFlushing) return Promise.resolve();
    batch.waiterCount += 1;
    this.#flushSoon();
    return batch.durable.promise;
  }

  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.#options.runSoon(() => {
      this.#flushed = this.#flush();
    });
  }

  /** Commits batch after batch until nothing is left; never rejects. */
  async #flush(): Promise<void> {
    while (this.#batch.waiterCount > 0) {
      const batch = this.#batch;
      this.#batch = new Batch();
      try {
        if (batch.changes.length > 0) await this.#commit(batch);
        batch.durable.resolve();
      } catch (error) {
        batch.durable.reject(error);
        this.#rejectPending(error);
      }
    }
    this.#isFlushing = false;
  }

  /** The events of a commit that fails leave their numbers to those that come next. */
  async #commit({ changes, events }: Batch): Promise<void> {
    if (events.length === 0) return this.#options.store.commit(changes);
    const firstSequence = this.#lastEventSequence + 1;
    changes.push({ kind: "events-appended", firstSequence, events });
    await this.#options.store.commit(changes);
    this.#lastEventSequence += events.length;
  }

  /** Rejects everybody who waits for what was decided since the last commit: it stands on what is not there. */
  #rejectPending(error: unknown): void {
    const pending = this.#batch;
    this.#batch = new Batch();
    pending.durable.reject(error);
    this.#isStale = true;
  }

  /**
   * Builds the state again, for whoever decides next; should that fail, whoever comes after tries once more. The small
   * commit goes first: where nothing can be written, it is not worth while to read everything.
   */
  async #reload(): Promise<void> {
    try {
      await this.#flushed;
      await this.#options.store.commit([{ kind: "setting-put", name: "state-rebuilt", value: "yes" }]);
      this.#state = LiveState.from(await this.#options.store.load());
      this.#isStale = false;
    } finally {
      this.#reloaded = undefined;
    }
  }
}

/** Changes that become durable together, and the promise that they have. */
class Batch {
  readonly changes: Change[] = [];
  readonly events: BatchEvent[] = [];
  readonly durable = Promise.withResolvers<void>();
  waiterCount = 0;

  constructor() {
    // It may be rejected with nobody waiting: whoever waits is told all the same.
    this.durable.promise.catch(() => undefined);
  }
}
