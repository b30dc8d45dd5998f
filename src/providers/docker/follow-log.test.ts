import { asyncProperty, assert, integer } from "fast-check";
import { expect, test } from "vitest";
import { LogCutShort } from "./docker-engine.ts";
import type { LogPiece } from "./docker-engine.ts";
import { followLog } from "./follow-log.ts";

test("whatever a follower missed is given behind, once and in order, or told of where it is too much", async () => {
  const counts = integer({ min: 0, max: 300 });
  await assert(
    asyncProperty(counts, counts, async (givenCount, missedCount) => {
      const pieces = Array.from({ length: givenCount + missedCount }, (_, index) => aPiece(index));
      const given = pieces.slice(0, givenCount);
      const received: LogPiece[] = [];
      const log = followLog(batches(given), (max) => batches(pieces.slice(-max)));
      const end = await receive(log, received);
      const isTooMuch = missedCount >= 100;
      expect({ end, received }).toEqual({
        end: isTooMuch ? expect.any(LogCutShort) : undefined,
        received: isTooMuch ? given : pieces,
      });
    }),
  );
});

test("only the end of a long log is read again", async () => {
  const pieces = Array.from({ length: 1000 }, (_, index) => aPiece(index));
  const asked: number[] = [];
  const log = followLog(batches(pieces.slice(0, 950)), (max) => {
    asked.push(max);
    return batches(pieces.slice(-max));
  });
  let count = 0;
  for await (const batch of log) count += batch.length;
  expect({ count, asked }).toEqual({ count: 1000, asked: [100] });
});

/** Answers what the log ended with, if not well. */
async function receive(log: AsyncIterable<readonly LogPiece[]>, received: LogPiece[]): Promise<unknown> {
  try {
    for await (const batch of log) received.push(...batch);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Some share a stamp with the one before, none has its bytes. */
function aPiece(index: number): LogPiece {
  return { stamp: `stamp-${Math.floor(index / 3)}`, bytes: Buffer.from(`piece ${index}\n`) };
}

async function* batches(pieces: readonly LogPiece[]): AsyncGenerator<readonly LogPiece[]> {
  for (let index = 0; index < pieces.length; index += 7) {
    yield await Promise.resolve(pieces.slice(index, index + 7));
  }
}
