import { writeSync } from "node:fs";

/**
 * Writes log lines to a descriptor, whole and in their order, and never fails: a line that cannot be begun is lost, and
 * once the descriptor takes something again, a note of how many were lost comes first. The rest of a line that was cut
 * comes before all else.
 */
export class LogOutput {
  readonly #descriptor: number;
  readonly #noteOfLost: (lineCount: number) => string;
  #cutRest: Buffer = Buffer.alloc(0);
  #lostLineCount = 0;

  constructor(descriptor: number, noteOfLost: (lineCount: number) => string) {
    this.#descriptor = descriptor;
    this.#noteOfLost = noteOfLost;
  }

  write(line: string): void {
    if (this.#lostLineCount > 0 && !this.#begin(this.#noteOfLost(this.#lostLineCount))) {
      this.#lostLineCount += 1;
      return;
    }
    this.#lostLineCount = this.#begin(line) ? 0 : 1;
  }

  /** Says whether any of the line was taken; then the rest of it will follow. */
  #begin(line: string): boolean {
    const bytes = Buffer.concat([this.#cutRest, Buffer.from(line)]);
    const cutLength = this.#cutRest.length;
    const written = this.#write(bytes);
    const isBegun = written > cutLength;
    this.#cutRest = bytes.subarray(written, isBegun ? bytes.length : cutLength);
    return isBegun;
  }

  /** Says how much was taken. */
  #write(bytes: Buffer): number {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
    } catch {
      // A full disk, or nobody who reads: there is nowhere left to tell it.
    }
    return written;
  }
}
