/** A stretch of a job's output that makes one event: a line, or a part of one that is too long. */
export interface Piece {
  /** Offset in the file of its first byte. */
  readonly begin: number;
  /** Offset where the next piece begins: behind the newline, where there is one. */
  readonly end: number;
  /** Without the line's end; empty only where empty lines are kept. */
  readonly bytes: Buffer;
}

/**
 * What is known of a text's last line if no newline ends it: it may still grow, it is whole, or it goes on and this is
 * where it is cut.
 */
export type TextEnding = "open" | "whole" | "cut";

export interface PieceRules {
  readonly lineBytesMax: number;
  readonly keepsEmptyLines?: boolean;
}

/**
 * The longest line that stays one event, in bytes: AWS's former limit of an event, 256 KiB, less 26 that it counts for
 * each, which is where the awslogs driver of ECS cuts.
 * https://docs.docker.com/engine/logging/drivers/awslogs/
 */
export const LINE_BYTES_MAX = 262_144 - 26;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Bytes of a UTF-8 character beyond its first. */
const CONTINUATIONS_MAX = 3;

/**
 * Cuts text into pieces, as far as they are certain.
 *
 * A line of at most `lineBytesMax` is one piece, without its `\n` or `\r\n`. A longer one is cut where the offset in
 * the file is a multiple of a fixed number, moved back to where a UTF-8 character begins: so that cuts are found from
 * anywhere in an endless line without reading it from its start. An empty line is no piece unless such are kept:
 * CloudWatch Logs takes no empty messages, and the awslogs driver drops such lines.
 *
 * @param begin offset in the file of the first byte, where a piece begins.
 */
export function cutPieces(
  bytes: Buffer,
  begin: number,
  ending: TextEnding,
  { lineBytesMax, keepsEmptyLines = false }: PieceRules,
): { readonly pieces: readonly Piece[]; readonly end: number } {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, at);
    const lineEnd = newline === -1 ? bytes.length : newline;
    const mustBeCut = lineEnd - at > lineBytesMax || (newline === -1 && ending === "cut");
    const cut = mustBeCut ? cutAfter(bytes, begin, at, lineBytesMax) : lineEnd;
    if (cut >= lineEnd && newline === -1 && ending === "open") break;

    const end = cut < lineEnd ? cut : Math.min(lineEnd + 1, bytes.length);
    const textEnd = cut < lineEnd ? cut : trimmedEnd(bytes, at, lineEnd, newline);
    if (textEnd > at || keepsEmptyLines) {
      pieces.push({ begin: begin + at, end: begin + end, bytes: bytes.subarray(at, textEnd) });
    }
    at = end;
  }
  return { pieces, end: begin + at };
}

/** Index behind the first newline, if anything stands behind it; else undefined. */
export function firstLineStart(bytes: Buffer): number | undefined {
  const newline = bytes.indexOf(NEWLINE);
  return newline === -1 || newline === bytes.length - 1 ? undefined : newline + 1;
}

/** Index behind the last newline; undefined if there is none. */
export function lastLineStart(bytes: Buffer): number | undefined {
  const newline = bytes.lastIndexOf(NEWLINE);
  return newline === -1 ? undefined : newline + 1;
}

export function endsLine(bytes: Buffer): boolean {
  return bytes.at(-1) === NEWLINE;
}

/** Index of the first cut behind `at` in a line that is too long; the length of `bytes` if there is none in them. */
export function cutAfter(bytes: Buffer, begin: number, at: number, lineBytesMax: number): number {
  const step = lineBytesMax - CONTINUATIONS_MAX;
  let mark = (Math.floor((begin + at) / step) + 1) * step - begin;
  while (mark < bytes.length) {
    const cut = characterStart(bytes, mark);
    if (cut > at) return cut;
    mark += step;
  }
  return bytes.length;
}

/** Index where the character begins that the byte at `index` belongs to; `index` itself where the bytes are no UTF-8. */
function characterStart(bytes: Buffer, index: number): number {
  if (!isContinuation(bytes[index])) return index;
  for (let back = 1; back <= CONTINUATIONS_MAX && back <= index; back += 1) {
    const byte = bytes[index - back];
    if (!isContinuation(byte)) return characterLength(byte) > back ? index - back : index;
  }
  return index;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** Length of the character that the byte leads; 1 where it leads none. */
function characterLength(byte: number | undefined): number {
  if (byte === undefined || byte < 0xc2 || byte > 0xf4) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

function trimmedEnd(bytes: Buffer, at: number, lineEnd: number, newline: number): number {
  const endsWithReturn = newline > at && bytes[newline - 1] === CARRIAGE_RETURN;
  return endsWithReturn ? lineEnd - 1 : lineEnd;
}
