import type { Piece } from "./pieces.ts";
import { piecesBackward, piecesForward, pieceStartAfter, pieceStartBefore } from "./text.ts";
import type { PieceReader, PieceRun, Text } from "./text.ts";

export interface MultilineOptions {
  /** Whether a line is the first of an event by what it says. */
  begins(line: string): Promise<boolean>;
  /** Whether the byte came a while after the one before it. */
  isAfterPause(offset: number): Promise<boolean>;
  /** Nothing has come for a while. */
  readonly isQuiet: boolean;
}

/** In how much of an event's longest part a cut is looked for backwards, once no beginning was found. */
const LOOK_BACK_PARTS = 4;

const NEWLINE = Buffer.from("\n");

/**
 * Reads events of many lines: one begins with a line that matches, or behind a pause, and all lines up to the next
 * belong to it, each with its newline, as the awslogs driver puts them together.
 * https://docs.docker.com/engine/logging/drivers/awslogs/#awslogs-multiline-pattern
 *
 * Where events begin follows from the bytes and from when they came, not from when they are read: every reader sees
 * the same ones. One that may still grow is not shown.
 */
export class MultilineReader implements PieceReader {
  readonly #text: Text;
  readonly #options: MultilineOptions;
  readonly #cuts: Cuts;

  constructor(text: Text, options: MultilineOptions) {
    this.#text = { ...text, keepsEmptyLines: true };
    this.#options = options;
    this.#cuts = new Cuts(Math.floor(text.lineBytesMax / 2));
  }

  async *forward(from: number): AsyncGenerator<PieceRun> {
    const grouping = new Grouping(this.#cuts, this.#text.end);
    let begin = from;
    let readEnd = from;
    for await (const run of piecesForward(this.#text, from)) {
      for (const line of run.pieces) {
        const whole = grouping.add(line, await this.#isFirst(line));
        if (whole === undefined) continue;
        // One by one: no line is tested that nobody wants to read.
        yield { pieces: [whole], begin, end: whole.end };
        begin = whole.end;
      }
      readEnd = run.end;
    }
    const last = this.#isWhole(readEnd) ? grouping.end(readEnd) : undefined;
    if (last !== undefined) yield { pieces: [last], begin: last.begin, end: last.end };
  }

  async *backward(from: number): AsyncGenerator<PieceRun> {
    let end = from;
    while (end > this.#text.begin) {
      const run = await this.#runBefore(end);
      yield run;
      end = run.begin;
    }
  }

  async startBefore(offset: number): Promise<number> {
    const line = await pieceStartBefore(this.#text, offset);
    return line <= this.#text.begin ? this.#text.begin : (await this.#runBefore(line)).begin;
  }

  async startAfter(offset: number): Promise<number> {
    const line = await pieceStartAfter(this.#text, offset);
    let start = await this.startBefore(line);
    for await (const run of this.forward(start)) {
      const piece = run.pieces.find(({ begin }) => begin >= line);
      if (piece !== undefined) return piece.begin;
      start = run.end;
      if (start >= line) break;
    }
    return start;
  }

  async wholeEnd(): Promise<number> {
    const { begin, end } = this.#text;
    return begin < end ? (await this.#runBefore(end)).end : end;
  }

  /** The events that end at or before `end`, back to one that surely begins where the run does. */
  async #runBefore(end: number): Promise<PieceRun> {
    let lines: readonly Piece[] = [];
    let begin = end;
    let readEnd: number | undefined;
    for await (const run of piecesBackward(this.#text, end)) {
      readEnd ??= Math.min(run.end, end);
      lines = [...run.pieces, ...lines];
      begin = run.begin;
      const found = (await this.#findFirst(run.pieces)) ?? this.#cuts.find(lines);
      if (found === undefined) continue;
      begin = found;
      break;
    }
    return this.#group(
      lines.filter((line) => line.begin >= begin),
      { begin, end, readEnd: readEnd ?? end },
    );
  }

  async #group(
    lines: readonly Piece[],
    { begin, end, readEnd }: { readonly begin: number; readonly end: number; readonly readEnd: number },
  ): Promise<PieceRun> {
    const grouping = new Grouping(this.#cuts, this.#text.end);
    const pieces: Piece[] = [];
    for (const line of lines) {
      const whole = grouping.add(line, await this.#isFirst(line));
      if (whole !== undefined) pieces.push(whole);
    }
    if (end === this.#text.end && !this.#isWhole(readEnd)) {
      return { pieces, begin, end: grouping.openBegin ?? readEnd };
    }
    const last = grouping.end(readEnd);
    return { pieces: last === undefined ? pieces : [...pieces, last], begin, end: readEnd };
  }

  /** Whether the event that reaches to the end of all whole lines is whole itself. */
  #isWhole(linesEnd: number): boolean {
    return this.#text.isEnded || (this.#options.isQuiet && linesEnd === this.#text.end);
  }

  async #findFirst(lines: readonly Piece[]): Promise<number | undefined> {
    for (const line of lines) if (await this.#isFirst(line)) return line.begin;
    return undefined;
  }

  async #isFirst({ begin, bytes }: Piece): Promise<boolean> {
    if (begin === this.#text.begin || (await this.#options.begins(bytes.toString("utf8")))) return true;
    return this.#options.isAfterPause(begin);
  }
}

/** Puts lines together, which are given in their order from one on that an event begins with. */
class Grouping {
  readonly #cuts: Cuts;
  readonly #textEnd: number;
  #open: Piece[] = [];
  /** Where the last event began that is no mere continuation. */
  #firstBegin = -Infinity;

  constructor(cuts: Cuts, textEnd: number) {
    this.#cuts = cuts;
    this.#textEnd = textEnd;
  }

  /** Where the event begins that is not whole yet. */
  get openBegin(): number | undefined {
    return this.#open[0]?.begin;
  }

  /** Returns the event that ends before the line, if one does. */
  add(line: Piece, isFirst: boolean): Piece | undefined {
    if (isFirst) this.#firstBegin = line.begin;
    const before = this.#open.at(-1);
    const isCut = this.#cuts.isBetween(before, line) && this.#cuts.isTooFar(this.#firstBegin, line);
    const begins = isFirst || isCut;
    const whole = begins ? this.end(line.begin) : undefined;
    this.#open.push(line);
    return whole;
  }

  /** Returns the event that is open, if one is. */
  end(at: number): Piece | undefined {
    const [first] = this.#open;
    if (first === undefined) return undefined;
    const bytes = Buffer.concat(this.#open.flatMap((line) => [line.bytes, ...this.#newlineOf(line)]));
    this.#open = [];
    return { begin: first.begin, end: at, bytes };
  }

  /** None where a line that is too long is cut; the driver adds one to a last line that has none. */
  #newlineOf({ begin, end, bytes }: Piece): readonly Buffer[] {
    return end - begin > bytes.length || end === this.#textEnd ? [NEWLINE] : [];
  }
}

/**
 * Where events that are too long are cut: one that has not ended after so many bytes ends before the first line behind
 * the next multiple of them. So cuts are found from anywhere without reading from the event's beginning.
 */
class Cuts {
  readonly #partBytes: number;

  constructor(partBytes: number) {
    this.#partBytes = partBytes;
  }

  isTooFar(begin: number, line: Piece): boolean {
    return line.begin - begin >= this.#partBytes;
  }

  isBetween(before: Piece | undefined, line: Piece): boolean {
    if (before === undefined) return false;
    return Math.floor(line.begin / this.#partBytes) > Math.floor(before.begin / this.#partBytes);
  }

  /** The first place among lines, none of which an event begins with, where there is a cut for sure. */
  find(lines: readonly Piece[]): number | undefined {
    const begin = lines[0]?.begin ?? 0;
    const length = (lines.at(-1)?.end ?? 0) - begin;
    if (length < this.#partBytes * LOOK_BACK_PARTS) return undefined;
    return lines.find((line, index) => this.isTooFar(begin, line) && this.isBetween(lines[index - 1], line))
      ?.begin;
  }
}
