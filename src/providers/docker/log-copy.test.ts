import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { LogPiece } from "./docker-engine.ts";
import { type LogPlace, copyLog } from "./log-copy.ts";

const LOST = "batchyard: a part of the output is lost: the container engine had dropped it\n";

class CopyFolder implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), "batchyard-log-copy-"));
  readonly logPath = join(this.dir, "log");

  place(markEveryBytes: number): LogPlace {
    const openLog = (): string => {
      writeFileSync(this.logPath, "", { flag: "a" });
      return this.logPath;
    };
    return { openLog, markPath: join(this.dir, "mark"), isMarked: true, markEveryBytes };
  }

  read(): string {
    return readFileSync(this.logPath, "utf8");
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true });
  }
}

class Broken extends Error {}

/** Gives pieces in batches, and breaks off after some of them. */
async function* give(
  pieces: readonly LogPiece[],
  batchLength: number,
  breakAfter: number,
): AsyncGenerator<readonly LogPiece[]> {
  for (let index = 0; index < pieces.length; index += batchLength) {
    if (index >= breakAfter) throw new Broken();
    await Promise.resolve();
    yield pieces.slice(index, index + batchLength);
  }
}

async function copyUntilBroken(pieces: AsyncIterable<readonly LogPiece[]>, place: LogPlace): Promise<void> {
  await copyLog(() => pieces, place).catch((error: unknown) => {
    if (!(error instanceof Broken)) throw error;
  });
}

/** Some pieces share a stamp, as those of one long line do. */
const aLog = fc
  .array(fc.record({ text: fc.stringMatching(/^[a-z]{0,6}\n?$/), isSameLine: fc.boolean() }), {
    maxLength: 60,
  })
  .map((parts) => {
    let stamp = 0;
    return parts.map(({ text, isSameLine }): LogPiece => {
      if (!isSameLine) stamp += 1;
      return { stamp: `2026-01-01T00:00:00.${String(stamp).padStart(9, "0")}Z`, bytes: Buffer.from(text) };
    });
  });

function textOf(pieces: readonly LogPiece[]): string {
  return pieces.map(({ bytes }) => Buffer.from(bytes).toString()).join("");
}

test("a copy that breaks off anywhere, any number of times, ends up whole", async () => {
  const runs = fc.array(fc.record({ batchLength: fc.integer({ min: 1, max: 9 }), breakAfter: fc.nat(60) }), {
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(
      aLog,
      runs,
      fc.integer({ min: 1, max: 30 }),
      fc.nat(10),
      async (log, breaks, every, torn) => {
        using folder = new CopyFolder();
        const place = folder.place(every);
        place.openLog();
        for (const { batchLength, breakAfter } of breaks) {
          await copyUntilBroken(give(log, batchLength, breakAfter), place);
        }
        // A crash between two bytes of one write.
        const { length } = folder.read();
        const markedOffset = readMarkOffset(folder.dir);
        writeFileSync(folder.logPath, folder.read().slice(0, Math.max(markedOffset, length - torn)));
        await copyLog(() => give(log, 7, Infinity), place);
        expect(folder.read()).toBe(textOf(log));
      },
    ),
  );
});

function readMarkOffset(dir: string): number {
  try {
    return (JSON.parse(readFileSync(join(dir, "mark"), "utf8")) as { offset: number }).offset;
  } catch {
    return 0;
  }
}

test("what the engine dropped meanwhile is said in a line; where it dropped only what is copied, nothing is lost", async () => {
  const drops = fc.record({
    copied: fc.nat(60),
    dropped: fc.nat(60),
    every: fc.integer({ min: 1, max: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(aLog, drops, async (log, { copied, dropped, every }) => {
      using folder = new CopyFolder();
      const place = folder.place(every);
      place.openLog();
      await copyUntilBroken(give(log, 1, copied), place);
      const before = folder.read();
      // The engine drops whole lines.
      const start = log.findIndex(
        (piece, index) => index >= dropped && piece.stamp !== log[index - 1]?.stamp,
      );
      const kept = start < 0 ? [] : log.slice(start);
      const mark = readMark(folder.dir);
      await copyLog(() => give(kept, 3, Infinity), place);
      const first = kept[0];
      if (first === undefined) return;
      const isBehind = mark !== undefined && first.stamp > mark.stamp;
      if (isBehind) {
        const separator = before === "" || before.endsWith("\n") ? "" : "\n";
        expect(folder.read()).toBe(`${before}${separator}${LOST}${textOf(kept)}`);
      } else if (mark !== undefined) {
        expect(folder.read()).toBe(textOf(log));
      }
    }),
  );
});

function readMark(dir: string): { readonly stamp: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, "mark"), "utf8")) as { stamp: string };
  } catch {
    return undefined;
  }
}

test("a copy that goes on reads no more than what came since its mark, however stamps are out of order", async () => {
  const aDisorderedLog = fc.array(fc.record({ stepMs: fc.nat(9_000), lateMs: fc.nat(4_000) }), {
    minLength: 1,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(
      aDisorderedLog,
      fc.nat(60),
      fc.integer({ min: 1, max: 30 }),
      async (steps, copied, every) => {
        using folder = new CopyFolder();
        let atMs = Date.UTC(2026, 0, 1);
        const log = steps.map(({ stepMs, lateMs }, index): LogPiece => {
          atMs += stepMs;
          const nanoseconds = String(index).padStart(6, "0");
          const stamp = new Date(atMs - lateMs).toISOString().replace("Z", `${nanoseconds}Z`);
          return { stamp, bytes: Buffer.from(`${index}\n`) };
        });
        const place = folder.place(every);
        await copyUntilBroken(give(log, 1, copied), place);
        const mark = readMark(folder.dir);
        const asked: (number | undefined)[] = [];
        await copyLog((sinceSeconds) => {
          asked.push(sinceSeconds);
          const isKept = ({ stamp }: LogPiece): boolean => Date.parse(stamp) / 1000 >= (sinceSeconds ?? 0);
          return give(log.filter(isKept), 3, Infinity);
        }, place);
        expect(folder.read()).toBe(textOf(log));
        expect(asked).toEqual([mark && Math.floor(Date.parse(mark.stamp) / 1000) - 5]);
      },
    ),
  );
});
