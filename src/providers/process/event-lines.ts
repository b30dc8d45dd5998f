/** What the shim writes in one line is shorter: what goes beyond comes from a job. */
const LINE_LENGTH_MAX = 4_096;

/** Cuts what comes from the FIFO `events` into lines. Jobs can write there too, so of a long line the end alone is kept. */
export class EventLines {
  #partial = "";

  /** The lines that are whole now, each at most its last 4,096 characters. */
  take(text: string): readonly string[] {
    const lines = (this.#partial + text).split("\n");
    this.#partial = (lines.pop() ?? "").slice(-LINE_LENGTH_MAX);
    return lines.map((line) => line.slice(-LINE_LENGTH_MAX));
  }
}

/** What the shim told in a line: of a runner with its line of `/proc/⟨pid⟩/stat`, or of an attempt. */
export type ToldEvent =
  | { readonly event: "ready"; readonly runnerName: string; readonly statLine: string }
  | { readonly event: "started" | "ended"; readonly runId: string };

/** The shim writes each line at once, so what a job wrote without a newline stands before it. */
export function parseEventLine(line: string): ToldEvent | undefined {
  const [, event, runId] = line.match(/(started|ended) (\S+)$/) ?? [];
  if (runId !== undefined) return { event: event === "started" ? "started" : "ended", runId };
  const [, runnerName, statLine] = line.match(/ready (\S+) (\d+ \(.*)$/) ?? [];
  if (runnerName === undefined || statLine === undefined) return undefined;
  return { event: "ready", runnerName, statLine };
}
