import { describe, expect, test } from "vitest";
import type { Change } from "./change.ts";
import type { LiveState } from "./live-state.ts";
import { Sequencer } from "./sequencer.ts";
import { StoreWriteError } from "./store.ts";
import type { StoredState } from "./store.ts";

const SCOPE = { accountId: "123456789012", region: "us-east-1" };

const NOTHING: StoredState = {
  computeEnvironments: [],
  jobQueues: [],
  shareUsages: [],
  jobDefinitions: [],
  liveJobs: [],
  liveChildren: [],
  instances: [],
  logGroups: [],
  plainResources: [],
  requirements: [],
  serviceJobs: [],
  lastEventSequence: 0,
};

/** A store whose commits end when, and as, the test says. */
class HeldStore {
  readonly commits: (readonly Change[])[] = [];
  readonly #held: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  isReadable = true;

  commit(changes: readonly Change[]): Promise<void> {
    this.commits.push(changes);
    return new Promise((resolve, reject) => this.#held.push({ resolve, reject }));
  }

  async load(): Promise<StoredState> {
    if (!this.isReadable) throw new Error("disk unreadable");
    return NOTHING;
  }

  succeed(): void {
    this.#held.shift()?.resolve();
  }

  fail(): void {
    this.#held.shift()?.reject(new StoreWriteError("disk full"));
  }
}

async function openHeld(): Promise<{ store: HeldStore; sequencer: Sequencer; woken: () => number }> {
  const store = new HeldStore();
  let wakeCount = 0;
  const sequencer = await Sequencer.open({
    store,
    runSoon: (flush) => setImmediate(flush),
    wake: () => (wakeCount += 1),
  });
  return { store, sequencer, woken: () => wakeCount };
}

function logGroup(name: string): Change {
  const arn = `arn:aws:logs:us-east-1:123456789012:log-group:${name}`;
  return { kind: "log-group-put", logGroup: { scope: SCOPE, name, arn, createdAtMs: 1, tags: {} } };
}

/** Creates a group unless there is one of that name: the shape of every create operation. */
function create(name: string) {
  return (state: LiveState) => {
    const exists = [...state.logGroups.values()].some((group) => group.name === name);
    if (exists) throw new Error(`${name} exists`);
    return { changes: [logGroup(name)], answer: name };
  };
}

/** Lets everything run that is ready to. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

describe("Sequencer", () => {
  test("lets exactly one of hundreds of equal creates win, in one commit", async () => {
    const { store, sequencer } = await openHeld();
    const race = Promise.allSettled(Array.from({ length: 500 }, () => sequencer.decide(create("a"))));
    await settled();
    store.succeed();
    await settled();
    store.succeed();
    const results = await race;
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(store.commits.flat()).toEqual([logGroup("a")]);
  });

  test("gives racing registrations different revisions without a gap", async () => {
    const { store, sequencer } = await openHeld();
    const race = Promise.all(
      Array.from({ length: 300 }, () =>
        sequencer.decide((state) => {
          const number = state.logGroups.size + 1;
          return { changes: [logGroup(String(number))], answer: number };
        }),
      ),
    );
    await settled();
    store.succeed();
    const numbers = await race;
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  });

  test("wakes the engine before the commit and answers nobody before it", async () => {
    const { store, sequencer, woken } = await openHeld();
    let isAnswered = false;
    const answered = sequencer.decide(create("a")).then(() => (isAnswered = true));
    await settled();
    expect({ isAnswered, commits: store.commits.length, woken: woken() }).toEqual({
      isAnswered: false,
      commits: 1,
      woken: 1,
    });
    store.succeed();
    await answered;
    expect(isAnswered).toBe(true);
  });

  test("holds a refusal back until what it was decided on is durable", async () => {
    const { store, sequencer } = await openHeld();
    const first = sequencer.decide(create("a"));
    await settled();
    let isRefused = false;
    const refused = sequencer.decide(create("a")).catch((error: Error) => {
      isRefused = true;
      return error.message;
    });
    await settled();
    expect(isRefused).toBe(false);
    store.succeed();
    await first;
    expect(await refused).toBe("a exists");
  });

  test("rejects all that stands on a failed commit and starts again from the store", async () => {
    const { store, sequencer } = await openHeld();
    const first = sequencer.decide(create("a"));
    await settled();
    const onTop = sequencer.decide(create("b"));
    const refusedOnTop = sequencer.decide(create("a"));
    store.fail();
    await expect(first).rejects.toThrow(StoreWriteError);
    await expect(onTop).rejects.toThrow(StoreWriteError);
    await expect(refusedOnTop).rejects.toThrow(StoreWriteError);
    expect(store.commits).toHaveLength(1);

    const again = sequencer.decide(create("a"));
    await settled();
    store.succeed(); // the small commit that finds out whether anything can be written
    await settled();
    store.succeed();
    await expect(again).resolves.toBe("a");
    expect([...sequencer.state.logGroups.values()].map(({ name }) => name)).toEqual(["a"]);
  });

  test("tries to build the state again until it can", async () => {
    const { store, sequencer } = await openHeld();
    const failed = sequencer.decide(create("a"));
    await settled();
    store.fail();
    await expect(failed).rejects.toThrow(StoreWriteError);
    const stillFull = sequencer.decide(create("a"));
    await settled();
    store.fail();
    await expect(stillFull).rejects.toThrow(StoreWriteError);

    store.isReadable = false;
    const unreadable = sequencer.decide(create("a"));
    await settled();
    store.succeed();
    await expect(unreadable).rejects.toThrow("disk unreadable");

    store.isReadable = true;
    const again = sequencer.decide(create("a"));
    await settled();
    store.succeed();
    await settled();
    store.succeed();
    await expect(again).resolves.toBe("a");
    expect(store.commits.filter(([change]) => change?.kind === "log-group-put")).toHaveLength(2);
  });

  test("keeps nothing of a decision that throws half-way, nor of what waits with it", async () => {
    const { store, sequencer } = await openHeld();
    const before = sequencer.decide(create("a"));
    const broken = sequencer.transact((_state, apply) => {
      apply(logGroup("half"));
      throw new Error("a bug");
    });
    await expect(before).rejects.toThrow("a bug");
    await expect(broken).rejects.toThrow("a bug");
    const again = sequencer.decide(create("a"));
    await settled();
    store.succeed();
    await settled();
    store.succeed();
    await expect(again).resolves.toBe("a");
    const written = store.commits.flat().filter(({ kind }) => kind === "log-group-put");
    expect(written).toEqual([logGroup("a")]);
    expect([...sequencer.state.logGroups.values()].map(({ name }) => name)).toEqual(["a"]);
  });

  test("puts what is decided during a commit into one next commit", async () => {
    const { store, sequencer } = await openHeld();
    const all = [sequencer.decide(create("a"))];
    await settled();
    all.push(sequencer.decide(create("b")), sequencer.decide(create("c")));
    store.succeed();
    await settled();
    store.succeed();
    await Promise.all(all);
    expect(store.commits).toEqual([[logGroup("a")], [logGroup("b"), logGroup("c")]]);
  });

  test("answers at once where nothing was changed and nothing is under way", async () => {
    const { store, sequencer } = await openHeld();
    await expect(sequencer.transact((state) => state.logGroups.size)).resolves.toBe(0);
    expect(store.commits).toEqual([]);
  });
});
