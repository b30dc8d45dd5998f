import type { Sink, Surroundings } from "./surroundings.ts";
import { styled } from "./text.ts";

/** Clears the line that the cursor is in. */
const CLEAR_LINE = "\r\u001b[K";

const NAME = "batchyard: ";

/**
 * What is shown while a job is followed: its output on one side, on the other what batchyard has to say. On a terminal
 * the status is one line that changes in its place; elsewhere each change is a line.
 */
export class Display {
  readonly #output: Sink;
  readonly #errors: Sink;
  #status: string | undefined;
  #isDrawn = false;
  /** Nothing is shown while a question is open. */
  #question: Promise<void> = Promise.resolve();

  /** @param output where the job's output goes. */
  constructor(surroundings: Pick<Surroundings, "errors">, output: Sink) {
    this.#output = output;
    this.#errors = surroundings.errors;
  }

  /** Output of the job. */
  async print(text: string): Promise<void> {
    await this.#question;
    await this.#hideStatus();
    await this.#output.write(text);
    await this.#drawStatus();
  }

  /** A line that stays. */
  async say(text: string): Promise<void> {
    await this.#question;
    await this.#hideStatus();
    await this.#writeLine(text);
    await this.#drawStatus();
  }

  /** Takes the place of the status before; undefined: there is nothing to say any more. */
  async showStatus(text: string | undefined): Promise<void> {
    await this.#question;
    if (text === this.#status) return;
    this.#status = text;
    await this.#hideStatus();
    if (text === undefined) return;
    if (this.#fitsLine(text)) await this.#drawStatus();
    else await this.#writeLine(text);
  }

  /** Asks, and holds everything else back until there is an answer. */
  async ask<Answer>(question: string, readAnswer: () => Promise<Answer>): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#question = promise;
    this.#isDrawn = false;
    try {
      // The terminal has shown Ctrl-C as ^C at the cursor.
      await this.#errors.write(`${CLEAR_LINE}${NAME}${question} `);
      const answer = await readAnswer();
      // Nobody ended the line: the question was withdrawn, or input is at its end.
      if (answer === undefined) await this.#errors.write(CLEAR_LINE);
      return answer;
    } finally {
      resolve();
    }
  }

  async #writeLine(text: string): Promise<void> {
    await this.#errors.write(`${styled(this.#errors, "dim", NAME)}${text}\n`);
  }

  async #drawStatus(): Promise<void> {
    if (this.#status === undefined || !this.#fitsLine(this.#status)) return;
    this.#isDrawn = true;
    await this.#errors.write(styled(this.#errors, "dim", `${NAME}${this.#status}`));
  }

  /** What is longer than a line of the terminal could not be taken back. */
  #fitsLine(text: string): boolean {
    const { isTerminal, columns = 80 } = this.#errors;
    return isTerminal && NAME.length + text.length < columns;
  }

  async #hideStatus(): Promise<void> {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    await this.#errors.write(CLEAR_LINE);
  }
}
