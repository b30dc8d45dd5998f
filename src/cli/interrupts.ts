import { CliError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import type { Display } from "./display.ts";
import { EXIT } from "./exit-codes.ts";
import { describeJob } from "./find-job.ts";
import { isTerminal } from "./job-statuses.ts";

const TERMINATION_REASONS = {
  [EXIT.interrupted]: "Terminated by Ctrl-C in batchyard run",
  [EXIT.terminated]: "Terminated by a signal to batchyard run",
};

/** Between looks whether the job has ended while the question is open. */
const LOOK_PAUSE_MS = 1_000;

/**
 * What Ctrl-C does while a job is followed. The first asks whether to leave the job running or to terminate it, the
 * second terminates it, the third stops watching. Where nobody can be asked, and for SIGTERM, the first terminates.
 * The question is withdrawn, and counts for nothing, when the job ends before the answer.
 *
 * While it is still being submitted, the first is kept until it can be followed, and the second ends the program.
 */
export class Interrupts implements Disposable {
  readonly #context: Context;
  readonly #display: Display;
  #registration: Disposable;
  readonly #left = new AbortController();
  readonly #question = new AbortController();
  #jobId: string | undefined;
  #stage: "none" | "asking" | "terminating" | "ended" = "none";
  #exitCode: keyof typeof TERMINATION_REASONS | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(context: Context, display: Display) {
    this.#context = context;
    this.#display = display;
    this.#registration = this.#listen();
  }

  /** Aborted when nobody wants to watch any more. */
  get left(): AbortSignal {
    return this.#left.signal;
  }

  /** How the program ends for it; undefined where nothing came. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  get isTerminating(): boolean {
    return this.#stage === "terminating";
  }

  /** From now on there is a job to terminate. What came before counts. */
  begin(jobId: string): void {
    this.#jobId = jobId;
    if (this.#exitCode === undefined) return;
    this.#registration = this.#listen();
    this.#advance(this.#exitCode);
  }

  /** Resolves when what was begun for a signal is done. */
  async settled(): Promise<void> {
    await this.#work;
  }

  [Symbol.dispose](): void {
    this.#registration[Symbol.dispose]();
    this.#question.abort();
  }

  #listen(): Disposable {
    return this.#context.surroundings.onSignal((signal) => {
      const code = signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
      this.#exitCode ??= code;
      // A server that hangs keeps the submission for long: nobody has to wait for it.
      if (this.#jobId === undefined) this.#registration[Symbol.dispose]();
      else this.#advance(code);
    });
  }

  #advance(code: keyof typeof TERMINATION_REASONS): void {
    const mayAsk = code === EXIT.interrupted && this.#context.surroundings.isInteractive;
    switch (this.#stage) {
      case "none":
        this.#work = mayAsk ? this.#ask() : this.#terminate(code);
        break;
      case "asking":
        this.#work = this.#terminate(code);
        break;
      case "terminating":
      case "ended":
        this.#leave();
        break;
    }
  }

  async #ask(): Promise<void> {
    this.#stage = "asking";
    const { signal } = this.#question;
    const looking = this.#withdrawAtEnd();
    const answer = await this.#display.ask("leave it running or terminate? [l/t]", async () => {
      for (;;) {
        const line = await this.#context.surroundings.readLine(signal);
        const letter = line?.trim().toLowerCase().at(0);
        if (line === undefined || letter === "l" || letter === "t") return letter;
        await this.#context.surroundings.errors.write("l (leave) or t (terminate)? ");
      }
    });
    if (signal.aborted) return await looking;
    if (answer === "t") return await this.#terminate(EXIT.interrupted);
    this.#question.abort();
    this.#leave();
  }

  /** What follows the job is held back by the question, and does not see its end. */
  async #withdrawAtEnd(): Promise<void> {
    const { signal } = this.#question;
    while (!signal.aborted) {
      const job = await describeJob(this.#context, this.#jobId ?? "").catch(() => undefined);
      if (signal.aborted) return;
      if (isTerminal(job?.status)) {
        this.#stage = "ended";
        this.#exitCode = undefined;
        this.#question.abort();
      } else await this.#context.surroundings.pause(LOOK_PAUSE_MS, signal);
    }
  }

  /** From now on a signal ends the program at once, and does nothing to the job. */
  #leave(): void {
    this.#left.abort();
    this.#registration[Symbol.dispose]();
  }

  async #terminate(code: keyof typeof TERMINATION_REASONS): Promise<void> {
    this.#stage = "terminating";
    this.#question.abort();
    try {
      await this.#context.client.batch("TerminateJob", {
        jobId: this.#jobId ?? "",
        reason: TERMINATION_REASONS[code],
      });
      await this.#display.say("terminating it; Ctrl-C again stops watching");
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      await this.#display.say(`it could not be terminated: ${error.message}. ${error.remedy}`);
    }
  }
}
