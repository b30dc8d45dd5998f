import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { LogPiece } from "./docker-engine.ts";
import { pollLog } from "./poll-log.ts";

const START_SECONDS = Date.parse("2026-01-02T03:04:05Z") / 1_000;

test("however a log grows between its readings, each piece is given once and in order", async () => {
  const growth = fc.record({ count: fc.nat({ max: 20 }), afterSeconds: fc.nat({ max: 2 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(growth, { maxLength: 8 }), async (growths) => {
      const log = new GrowingLog(growths);
      const given: LogPiece[] = [];
      for await (const pieces of pollLog(log, undefined)) given.push(...pieces);
      expect(given).toEqual(log.pieces);
      expect(given).toHaveLength(growths.reduce((sum, { count }) => sum + count, 0));
    }),
  );
});

test("what is behind an instant is not read again", async () => {
  const log = new GrowingLog([
    { count: 3, afterSeconds: 0 },
    { count: 3, afterSeconds: 10 },
    { count: 3, afterSeconds: 10 },
  ]);
  const given: LogPiece[] = [];
  for await (const pieces of pollLog(log, START_SECONDS + 5)) given.push(...pieces);
  expect(given).toEqual(log.pieces.slice(3));
  expect(log.asked).toEqual([5, 5, 5, 9]);
});

/** A log that grows at each pause, and is over with the last growth. */
class GrowingLog {
  readonly pieces: LogPiece[] = [];
  /** The instants from which it was read, in seconds from its start. */
  readonly asked: (number | undefined)[] = [];
  readonly #growths: { readonly count: number; readonly afterSeconds: number }[];
  #nowSeconds = START_SECONDS;

  constructor(growths: readonly { readonly count: number; readonly afterSeconds: number }[]) {
    this.#growths = [...growths];
  }

  readonly read = async function* (
    this: GrowingLog,
    sinceSeconds: number | undefined,
  ): AsyncGenerator<readonly LogPiece[]> {
    this.asked.push(sinceSeconds === undefined ? undefined : sinceSeconds - START_SECONDS);
    const from = sinceSeconds ?? 0;
    const found = this.pieces.filter(({ stamp }) => Date.parse(stamp) / 1_000 >= from);
    for (let index = 0; index < found.length; index += 7) {
      yield await Promise.resolve(found.slice(index, index + 7));
    }
  }.bind(this);

  readonly isOver = (): Promise<boolean> => Promise.resolve(this.#growths.length === 0);

  readonly pause = (): Promise<void> => {
    const { count, afterSeconds } = this.#growths.shift() ?? { count: 0, afterSeconds: 0 };
    this.#nowSeconds += afterSeconds;
    const stamp = `${new Date(this.#nowSeconds * 1_000).toISOString().slice(0, 19)}Z`;
    for (let index = 0; index < count; index += 1) {
      this.pieces.push({ stamp, bytes: Buffer.from(`piece ${this.pieces.length}\n`) });
    }
    return Promise.resolve();
  };
}
