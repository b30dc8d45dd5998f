import { describe, expect, test } from "vitest";
import { SetClock } from "../../test/support/temporary-logs.ts";
import { type DiskKeeper, type DiskOptions, type DiskReport, DiskWatch } from "./disk-watch.ts";

const GIB = 1024 ** 3;
const LIMIT = { limitBytes: 10 * GIB };

/** A watch, and a disk with so many images of one GiB each, of which some are in use. */
class Bench implements DiskKeeper {
  readonly folder = undefined;
  readonly clock = new SetClock();
  readonly asked: string[] = [];
  readonly watch: DiskWatch;
  imageCount = 0;
  usedCount = 0;
  isBusy = true;
  isAway = false;
  changeCount = 0;
  #onLook: (report: DiskReport) => void = () => {};

  constructor(options: Partial<DiskOptions>) {
    const onLook = (report: DiskReport): void => this.#onLook(report);
    const disk = { reserveBytes: 0, dataDir: "/", logBytes: () => 0, onLook, ...options };
    const onChange = (): void => void (this.changeCount += 1);
    this.watch = new DiskWatch({ disk, clock: this.clock, keeper: this, onChange });
  }

  count(): Promise<{ imageBytes: number; scratchBytes: number } | undefined> {
    this.asked.push("count");
    const imageBytes = this.imageCount * GIB;
    return Promise.resolve(this.isAway ? undefined : { imageBytes, scratchBytes: 0 });
  }

  makeRoom(excessBytes: number): Promise<boolean> {
    const count = Math.min(this.imageCount - this.usedCount, Math.ceil(excessBytes / GIB));
    this.asked.push(`remove ${count}`);
    this.imageCount -= count;
    return Promise.resolve(count > 0);
  }

  /** Lets so many seconds go and looks. Answers what was asked for meanwhile. */
  async lookAfter(seconds: number): Promise<readonly string[]> {
    this.clock.ms += seconds * 1_000;
    this.asked.length = 0;
    const { promise, resolve } = Promise.withResolvers<DiskReport>();
    this.#onLook = resolve;
    this.watch.poll();
    await promise;
    return [...this.asked];
  }
}

describe("a disk watch", () => {
  test("has images go until the limit is far, and counts once more behind", async () => {
    const bench = new Bench(LIMIT);
    bench.imageCount = 12;
    expect(await bench.lookAfter(0)).toEqual(["count", "remove 4", "count"]);
    expect(bench.watch.shortage).toBeUndefined();
  });

  test("has nothing started where that does not help, until it does", async () => {
    const bench = new Bench(LIMIT);
    bench.imageCount = 12;
    bench.usedCount = 11;
    expect(await bench.lookAfter(0)).toEqual(["count", "remove 1", "count", "remove 0"]);
    expect(bench.watch.shortage).toMatch(/^the disk is full: 11 GiB of 10 GiB/);
    expect(bench.changeCount).toBe(1);
    expect(await bench.lookAfter(5)).toEqual([]);
    bench.usedCount = 3;
    expect(await bench.lookAfter(5)).toEqual(["count", "remove 3", "count"]);
    expect(bench.watch.shortage).toBeUndefined();
    expect(bench.changeCount).toBe(2);
  });

  test("counts once a minute below the limit, and hardly ever without one", async () => {
    const limited = new Bench(LIMIT);
    const unlimited = new Bench({});
    for (const bench of [limited, unlimited]) expect(await bench.lookAfter(0)).toEqual(["count"]);
    const seconds = Array.from({ length: 120 }, () => 5);
    const counts = { limited: 0, unlimited: 0 };
    for (const each of seconds) {
      counts.limited += (await limited.lookAfter(each)).length;
      counts.unlimited += (await unlimited.lookAfter(each)).length;
    }
    expect(counts).toEqual({ limited: 10, unlimited: 1 });
  });

  test("counts no more often near the limit while nothing comes or goes", async () => {
    const bench = new Bench(LIMIT);
    bench.imageCount = 10;
    bench.usedCount = 10;
    bench.isBusy = false;
    await bench.lookAfter(0);
    expect(await bench.lookAfter(30)).toEqual([]);
    bench.watch.touch();
    expect(await bench.lookAfter(5)).toEqual(["count", "remove 0"]);
    expect(await bench.lookAfter(60)).toEqual(["count", "remove 0"]);
  });

  test("removes nothing by an old count, and keeps what it knew where it cannot count", async () => {
    const bench = new Bench(LIMIT);
    bench.imageCount = 11;
    bench.usedCount = 11;
    await bench.lookAfter(0);
    bench.isAway = true;
    bench.usedCount = 0;
    expect(await bench.lookAfter(10)).toEqual(["count"]);
    expect(bench.watch.shortage).toMatch(/^the disk is full: 11 GiB/);
  });

  test("counts logs as they are now", async () => {
    let logBytes = 0;
    const bench = new Bench({ ...LIMIT, logBytes: () => logBytes });
    await bench.lookAfter(0);
    logBytes = 10 * GIB;
    await bench.lookAfter(5);
    expect(bench.watch.shortage).toMatch(/logs 10 GiB$/);
  });

  test("keeps the reserve of the data's file system, which is this machine's own here", async () => {
    const bench = new Bench({ reserveBytes: 2 ** 60 });
    await bench.lookAfter(0);
    expect(bench.watch.shortage).toMatch(/ are free at \/, and 1048576 TiB are kept free \(--disk-reserve\)/);
  });

  test("gives counting a twentieth of the time at most", async () => {
    const bench = new Bench(LIMIT);
    const count = bench.count.bind(bench);
    bench.count = () => {
      bench.clock.ms += 10_000;
      return count();
    };
    await bench.lookAfter(0);
    expect(await bench.lookAfter(195)).toEqual([]);
    expect(await bench.lookAfter(5)).toEqual(["count"]);
  });

  test("does nothing where nothing is to be watched, or once it is closed", async () => {
    const bench = new Bench(LIMIT);
    await bench.watch.close();
    expect(bench.watch.poll()).toBeUndefined();
    const { clock } = bench;
    const unwatched = new DiskWatch({ disk: undefined, clock, keeper: bench, onChange: () => {} });
    expect(unwatched.poll()).toBeUndefined();
    expect(bench.asked).toEqual([]);
  });
});
