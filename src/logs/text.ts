import type { ByteSource } from "./byte-source.ts";
import { cutAfter, cutPieces, endsLine, firstLineStart, lastLineStart } from "./pieces.ts";
import type { Piece, PieceRules, TextEnding } from "./pieces.ts";

/** A file of lines, or what is left of it. */
export interface Text extends PieceRules {
  readonly source: ByteSource;
  /** Offset where a piece begins and nothing stands before it any more. */
  readonly begin: number;
  /** Offset behind the last byte that counts. */
  readonly end: number;
  /** Nothing will be appended: what stands behind the last newline counts as a line. */
  readonly isEnded: boolean;
}

/** Neighbouring pieces in their order, and the stretch of the file that they cover. */
export interface PieceRun {
  readonly pieces: readonly Piece[];
  readonly begin: number;
  readonly end: number;
}

/** Finds what makes events in a text. */
export interface PieceReader {
  /** All pieces from `from` on, where one begins, in runs of bounded size. */
  forward(from: number): AsyncIterable<PieceRun>;
  /** All pieces that end at or before `from`, where one begins or the text ends: later runs first. */
  backward(from: number): AsyncIterable<PieceRun>;
  /** An offset at or not far before `offset` that a piece surely begins at. */
  startBefore(offset: number): Promise<number>;
  /** Where a piece begins, `offset` or not far behind it; before it only if the piece there is not whole yet. */
  startAfter(offset: number): Promise<number>;
  /** Behind the last piece that is whole. */
  wholeEnd(): Promise<number>;
}

/** Pieces that are lines. */
export function lineReader(text: Text): PieceReader {
  return {
    forward: (from) => piecesForward(text, from),
    backward: (from) => piecesBackward(text, from),
    startBefore: (offset) => pieceStartBefore(text, offset),
    startAfter: (offset) => pieceStartAfter(text, offset),
    wholeEnd: () => (text.isEnded ? Promise.resolve(text.end) : pieceStartBefore(text, text.end)),
  };
}

/** Read at once while nothing speaks for more. */
const WINDOW_BYTES = 65_536;
const WINDOW_GROWTH = 4;
/** How far to look back for a newline, in longest lines: beyond two, a cut of the line is near enough to go by. */
const LOOK_BACK_LINES = 3;

/** All pieces from `from` on, where one begins, in runs of bounded size. */
export async function* piecesForward(text: Text, from: number): AsyncGenerator<PieceRun> {
  let begin = from;
  let windowBytes = WINDOW_BYTES;
  while (begin < text.end) {
    const bytes = await text.source.read(begin, Math.min(windowBytes, text.end - begin));
    const isAtEnd = begin + bytes.length >= text.end;
    const { pieces, end } = cutPieces(bytes, begin, endingAt(text, isAtEnd), text);
    if (end > begin) {
      yield { pieces, begin, end };
      begin = end;
      windowBytes = WINDOW_BYTES;
    } else if (isAtEnd || bytes.length < windowBytes) {
      return;
    } else {
      windowBytes *= WINDOW_GROWTH;
    }
  }
}

/** All pieces that end at or before `from`, where one begins or the text ends: later runs first. */
export async function* piecesBackward(text: Text, from: number): AsyncGenerator<PieceRun> {
  let end = from;
  while (end > text.begin) {
    const run = await runBefore(text, end);
    yield run;
    end = run.begin;
  }
}

/** The nearest offset at or before `offset` that a piece surely begins at. */
export async function pieceStartBefore(text: Text, offset: number): Promise<number> {
  if (offset <= text.begin) return text.begin;
  return lookBack(text, Math.min(offset, text.end), (bytes) => lastLineStart(bytes));
}

/** Where a piece begins, `offset` or not far behind it; before it only if the line there is not whole yet. */
export async function pieceStartAfter(text: Text, offset: number): Promise<number> {
  let start = await pieceStartBefore(text, offset);
  if (start === offset) return start;
  for await (const run of piecesForward(text, start)) {
    const piece = run.pieces.find(({ begin }) => begin >= offset);
    if (piece !== undefined) return piece.begin;
    start = run.end;
    if (start >= offset) break;
  }
  return start;
}

async function runBefore(text: Text, end: number): Promise<PieceRun> {
  let ending: TextEnding = endingAt(text, end === text.end);
  const begin = await lookBack(text, end, (bytes, windowBegin) => {
    if (end < text.end && !endsLine(bytes)) ending = "cut";
    return windowBegin === text.begin ? 0 : firstLineStart(bytes);
  });
  const bytes = await text.source.read(begin, end - begin);
  const cut = cutPieces(bytes, begin, ending, text);
  return { pieces: cut.pieces, begin, end: cut.end };
}

/**
 * Reads backward from `end` until `find` says at which index a piece begins, or none can: then the text's begin, or a
 * cut of the endless line that `end` lies in.
 */
async function lookBack(
  text: Text,
  end: number,
  find: (bytes: Buffer, windowBegin: number) => number | undefined,
): Promise<number> {
  const backMax = text.lineBytesMax * LOOK_BACK_LINES;
  for (let back = WINDOW_BYTES; ; back = Math.min(back * WINDOW_GROWTH, backMax)) {
    const begin = Math.max(text.begin, end - back);
    const bytes = await text.source.read(begin, end - begin);
    const index = find(bytes, begin);
    if (index !== undefined) return begin + index;
    if (begin === text.begin) return begin;
    if (back >= backMax) return begin + cutAfter(bytes, begin, 0, text.lineBytesMax);
  }
}

function endingAt(text: Text, isAtEnd: boolean): TextEnding {
  return isAtEnd && text.isEnded ? "whole" : "open";
}
