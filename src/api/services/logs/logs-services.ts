import type { Clock } from "../../../lib/clock.ts";
import type { IdSource } from "../../../lib/id-source.ts";
import type { Logs } from "../../../logs/logs.ts";
import type { Sequencer } from "../../../store/sequencer.ts";
import type { Store } from "../../../store/store.ts";
import type { RecentStreams } from "./recent-streams.ts";

/**
 * What the operations of CloudWatch Logs work with: which groups and streams there are is decided through the
 * sequencer and read from the store, what streams hold lies with `logs`.
 */
export interface LogsServices {
  readonly sequencer: Pick<Sequencer, "decide">;
  readonly store: Store;
  readonly logs: Logs;
  readonly recentStreams: RecentStreams;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** With what the operations share among themselves. */
export interface LogsOperationServices extends LogsServices {
  /** Who makes or takes away a stream of a name waits for its turn: whether it is there, only the store knows. */
  readonly streamTurns: Turns;
}

/** Lets pieces of work on the same key have their turn one after the other. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key);
    const result = before === undefined ? work() : before.then(work);
    // Whoever took the turn is told how it ended; the next one does not depend on it.
    const ended = result.catch(() => undefined);
    this.#last.set(key, ended);
    try {
      return await result;
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    }
  }
}
