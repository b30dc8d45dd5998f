import type { LogPiece } from "./docker-engine.ts";

/** Reads a log once more: the latest pieces of it, at most so many, or all. */
export type LogReader = (pieceCountMax: number | "all") => AsyncIterable<readonly LogPiece[]>;

const TAIL_PIECE_COUNT = 100;

/**
 * Gives what a followed log has, and behind its end what following it has missed: Docker's followers end with the
 * container, whether or not they have come to the end of its log.
 *
 * What was missed is looked for behind the last piece that was given, among the log's latest pieces; only where that
 * is not among them is the whole log read again.
 */
export async function* followLog(
  followed: AsyncIterable<readonly LogPiece[]>,
  readAgain: LogReader,
): AsyncGenerator<readonly LogPiece[], void, undefined> {
  let last: LogPiece | undefined;
  let count = 0;
  for await (const pieces of followed) {
    last = pieces.at(-1) ?? last;
    count += pieces.length;
    yield pieces;
  }
  const tail: LogPiece[] = [];
  for await (const pieces of readAgain(TAIL_PIECE_COUNT)) tail.push(...pieces);
  const known = last;
  const knownIndex = known === undefined ? -1 : tail.findLastIndex((piece) => isSame(piece, known));
  if (knownIndex >= 0 || (known === undefined && tail.length < TAIL_PIECE_COUNT)) {
    if (knownIndex < tail.length - 1) yield tail.slice(knownIndex + 1);
    return;
  }
  for await (const pieces of readAgain("all")) {
    if (pieces.length > count) yield pieces.slice(count);
    count = Math.max(0, count - pieces.length);
  }
}

function isSame(a: LogPiece, b: LogPiece): boolean {
  return a.stamp === b.stamp && Buffer.compare(a.bytes, b.bytes) === 0;
}
