import { LogCutShort } from "./docker-engine.ts";
import type { LogPiece } from "./docker-engine.ts";

/** Reads the latest pieces of a log once more, at most so many. */
export type TailReader = (pieceCountMax: number) => AsyncIterable<readonly LogPiece[]>;

const TAIL_PIECE_COUNT = 100;

/**
 * Gives what a followed log has, and behind its end what following it has missed: Docker's followers end with the
 * container, whether or not they have come to the end of its log.
 *
 * What was missed is looked for behind the last piece that was given, among the log's latest pieces; where that is not
 * among them, the rest is for another reading and this one rejects with `LogCutShort`.
 */
export async function* followLog(
  followed: AsyncIterable<readonly LogPiece[]>,
  readTail: TailReader,
): AsyncGenerator<readonly LogPiece[], void, undefined> {
  let last: LogPiece | undefined;
  for await (const pieces of followed) {
    last = pieces.at(-1) ?? last;
    yield pieces;
  }
  const tail: LogPiece[] = [];
  for await (const pieces of readTail(TAIL_PIECE_COUNT)) tail.push(...pieces);
  const known = last;
  const knownIndex = known === undefined ? -1 : tail.findLastIndex((piece) => isSame(piece, known));
  // Removed, and its log with it: there is nothing to be read again.
  const isGone = tail.length === 0;
  const isAll = known === undefined && tail.length < TAIL_PIECE_COUNT;
  const isWhole = knownIndex >= 0 || isAll || isGone;
  if (!isWhole) throw new LogCutShort("the container engine ended a log before its end");
  if (knownIndex < tail.length - 1) yield tail.slice(knownIndex + 1);
}

function isSame(a: LogPiece, b: LogPiece): boolean {
  return a.stamp === b.stamp && Buffer.compare(a.bytes, b.bytes) === 0;
}
