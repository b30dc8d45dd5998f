import type { LogPiece } from "./docker-engine.ts";

export interface LogPolling {
  /** What the log has from the second on, those of earlier seconds left out or not. */
  readonly read: (sinceSeconds: number | undefined) => AsyncIterable<readonly LogPiece[]>;
  /** Nothing more can come. */
  readonly isOver: () => Promise<boolean>;
  readonly pause: () => Promise<void>;
}

/**
 * Gives what a log has and what is still to come, by reading it again and again.
 *
 * For an engine whose followers leave out lines, also in the middle, when the container writes faster than they read:
 * Podman 4.3. Its stamps are whole seconds, so the pieces of the latest second are counted, and passed over when they
 * are read again.
 */
export async function* pollLog(
  { read, isOver, pause }: LogPolling,
  sinceSeconds: number | undefined,
): AsyncGenerator<readonly LogPiece[], void, undefined> {
  let since = sinceSeconds;
  let known = { second: "", count: 0 };
  for (;;) {
    const isLast = await isOver();
    let latest = { second: known.second, count: 0 };
    let passedCount = 0;
    for await (const pieces of read(since)) {
      const wanted = pieces.filter((piece) => secondOf(piece) >= known.second);
      const fresh = wanted.slice(Math.max(0, known.count - passedCount));
      passedCount += wanted.length;
      latest = countLatest(latest, wanted);
      if (fresh.length > 0) yield fresh;
    }
    if (isLast) return;
    known = latest;
    if (known.second !== "") since = Date.parse(`${known.second}Z`) / 1_000 - 1;
    await pause();
  }
}

/** The latest second so far, and how many pieces are of it. */
function countLatest(
  before: { readonly second: string; readonly count: number },
  pieces: readonly LogPiece[],
): { readonly second: string; readonly count: number } {
  let { second, count } = before;
  for (const piece of pieces) {
    const own = secondOf(piece);
    if (own > second) [second, count] = [own, 0];
    if (own === second) count += 1;
  }
  return { second, count };
}

/** As in `2026-01-02T03:04:05`. */
function secondOf({ stamp }: LogPiece): string {
  return stamp.slice(0, 19);
}
