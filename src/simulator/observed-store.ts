import type { Change } from "../store/change.ts";
import { StoreWriteError } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { CrashSwitch } from "./crash-switch.ts";

/** Changes what a server commits, as a scheduler with a fault in it would: for showing that a checker sees it. */
export type Plant = (changes: readonly Change[]) => readonly Change[];

export interface ObservedStoreOptions {
  readonly store: Store;
  /** Told of all that is durable, in order. */
  readonly onCommit: (changes: readonly Change[]) => void;
  /** Absent: nothing is changed. */
  readonly plant?: Plant | undefined;
}

/** The way to the store, on which commits fail, servers crash and checkers watch. */
export class ObservedStore {
  readonly #options: ObservedStoreOptions;
  #failuresLeft = 0;
  #commitCount = 0;

  constructor(options: ObservedStoreOptions) {
    this.#options = options;
  }

  /** Commits that reached it, those that failed included. */
  get commitCount(): number {
    return this.#commitCount;
  }

  /** The next commits fail, as on a full disk. */
  failNext(count: number): void {
    this.#failuresLeft = count;
  }

  /** What one life of the server has of it. */
  forLife(life: CrashSwitch): Pick<Store, "commit" | "load"> {
    return {
      commit: (changes) => this.#commit(changes, life),
      load: () => this.#options.store.load(),
    };
  }

  async #commit(changes: readonly Change[], life: CrashSwitch): Promise<void> {
    life.step();
    this.#commitCount += 1;
    if (this.#failuresLeft > 0) {
      this.#failuresLeft -= 1;
      throw new StoreWriteError("no space left on the simulated disk");
    }
    const { store, plant, onCommit } = this.#options;
    const planted = plant === undefined ? changes : plant(changes);
    await store.commit(planted);
    onCommit(planted);
    life.step();
  }
}
