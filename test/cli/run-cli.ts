import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { runProgram } from "../../src/cli/program.ts";
import type { Sink, Surroundings } from "../../src/cli/surroundings.ts";
import { serveCommand } from "../../src/server/config.ts";

export interface CliOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly homeDir?: string;
  /** Standard output and errors are terminals of 80 columns. */
  readonly isTerminal?: boolean;
  /** Lines of the terminal; as many as it takes unless given. */
  readonly rows?: number;
  readonly hasColors?: boolean;
  /** Signals, sent when standard output or errors have shown the text. */
  readonly signals?: readonly (readonly [after: string, signal: "SIGINT" | "SIGTERM"])[];
  /** What is typed when a line is asked for; nothing comes after it. */
  readonly lines?: readonly string[];
  /** What comes from standard input where all of it is read. */
  readonly input?: string;
}

export interface CliResult {
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly errors: string;
}

/** The instant that all of it happens at. */
export const NOW_MS = Date.parse("2026-03-01T12:00:00Z");

/** Runs the program in this process: its clock stands but for its own pauses, which take no time. */
export async function runCli(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { isTerminal = false, hasColors = false, lines = [] } = options;
  const shown = { output: "", errors: "" };
  const signals = [...(options.signals ?? [])];
  let listener: ((signal: "SIGINT" | "SIGTERM") => void) | undefined;
  let nowMs = NOW_MS;
  const sink = (name: "output" | "errors"): Sink => ({
    isTerminal,
    columns: isTerminal ? 80 : undefined,
    rows: isTerminal ? options.rows : undefined,
    hasColors,
    write: (text) => {
      shown[name] += text;
      const [next] = signals;
      if (next !== undefined && listener !== undefined && shown[name].includes(next[0])) {
        signals.shift();
        listener(next[1]);
      }
      return Promise.resolve();
    },
  });
  const typed = [...lines];
  const surroundings: Surroundings = {
    environment: options.environment ?? {},
    homeDir: options.homeDir ?? "/nowhere",
    timeZone: "UTC",
    output: sink("output"),
    errors: sink("errors"),
    isInteractive: isTerminal,
    nowMs: () => nowMs,
    pause: async (milliseconds, signal) => {
      if (signal?.aborted !== true) nowMs += milliseconds;
      await nextTurn();
    },
    readLine: async (signal) => {
      if (typed.length === 0 && !signal.aborted) await once(signal, "abort");
      return typed.shift();
    },
    readAll: () => Promise.resolve(options.input ?? ""),
    onSignal: (added) => {
      listener = added;
      return { [Symbol.dispose]: () => (listener = undefined) };
    },
  };
  const exitCode = await runProgram(
    {
      version: "1.2.3",
      localUrl: "http://127.0.0.1:9",
      serve: serveCommand(() => Promise.resolve()),
      surroundings,
    },
    argv,
  );
  return { exitCode, ...shown };
}
