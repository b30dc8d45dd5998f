import { once } from "node:events";
import { homedir } from "node:os";
import { text as readText } from "node:stream/consumers";
import { EXIT } from "./exit-codes.ts";
import { pause } from "./pause.ts";

/** Where the program was started from: all that it knows of the world beside the service that it asks. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly timeZone: string;
  readonly output: Sink;
  readonly errors: Sink;
  /** Somebody is there who can be asked: input and error output are a terminal. */
  readonly isInteractive: boolean;
  nowMs(): number;
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** A line from standard input; undefined at its end, or when the signal gives it up. */
  readLine(signal: AbortSignal): Promise<string | undefined>;
  /** All of standard input. */
  readAll(): Promise<string>;
  /** Ctrl-C and SIGTERM go to the listener until it is disposed of. */
  onSignal(listener: (signal: "SIGINT" | "SIGTERM") => void): Disposable;
}

export interface Sink {
  readonly isTerminal: boolean;
  /** Width; absent where lines need not be cut: not a terminal. */
  readonly columns: number | undefined;
  /** Height; absent as the width is. */
  readonly rows?: number | undefined;
  readonly hasColors: boolean;
  /** Resolves when more can be taken. */
  write(text: string): Promise<void>;
}

export function processSurroundings(): Surroundings {
  const { env } = process;
  process.stdout.on("error", endOnBrokenPipe);
  process.stderr.on("error", endOnBrokenPipe);
  return {
    environment: env,
    homeDir: homedir(),
    get timeZone() {
      return new Intl.DateTimeFormat().resolvedOptions().timeZone;
    },
    output: sinkOf(process.stdout, env),
    errors: sinkOf(process.stderr, env),
    isInteractive: process.stdin.isTTY && process.stderr.isTTY,
    nowMs: () => Date.now(),
    pause,
    readLine,
    readAll: () => readText(process.stdin),
    onSignal(listener) {
      process.on("SIGINT", listener).on("SIGTERM", listener);
      return {
        [Symbol.dispose]() {
          process.off("SIGINT", listener).off("SIGTERM", listener);
        },
      };
    },
  };
}

/** Colours are for terminals, unless NO_COLOR or FORCE_COLOR says otherwise; FORCE_COLOR wins, as in Node. */
export function decideColors(
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = environment;
  if (force !== undefined) return force !== "0" && force !== "false";
  if (no !== undefined && no !== "") return false;
  return isTerminal && term !== "dumb";
}

function sinkOf(stream: NodeJS.WriteStream, environment: Readonly<Record<string, string | undefined>>): Sink {
  const isTerminal = stream.isTTY;
  return {
    isTerminal,
    get columns() {
      return isTerminal ? stream.columns : undefined;
    },
    get rows() {
      return isTerminal ? stream.rows : undefined;
    },
    hasColors: decideColors(environment, isTerminal),
    async write(text) {
      if (!stream.write(text)) await once(stream, "drain");
    },
  };
}

async function readLine(signal: AbortSignal): Promise<string | undefined> {
  const { createInterface } = await import("node:readline");
  // Without `terminal` the line discipline stays the kernel's, and Ctrl-C a signal.
  const lines = createInterface({ input: process.stdin, terminal: false, signal });
  try {
    for await (const line of lines) return line;
    return undefined;
  } finally {
    lines.close();
  }
}

function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.brokenPipe);
}
