import { watch } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import type { Phase } from "./kill-evidence.ts";
import type { MarksFolder } from "./marks.ts";

/** What a moment can be told by, from outside of the server. */
export interface Watched {
  readonly dataDir: string;
  readonly marks: MarksFolder;
  readonly submissions: Signal;
  readonly terminations: Signal;
  /** As in `ProviderUnderTest`. */
  readonly slowness: number;
}

/** Tells whoever listens that something has happened. */
export class Signal {
  readonly #listeners = new Set<() => void>();

  emit(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Gives back how to make it stop. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** A moment that does not come is not waited for longer than this: the kill happens all the same. */
const PATIENCE_MS = 5_000;

/**
 * Resolves at a moment, drawn from the seed, at which a kill is likely to hit the phase: a little after the so-and-so
 * manieth event that belongs to it. Whether it was hit is for `findHits` to say.
 */
export async function killMoment(
  aim: Exclude<Phase, "restart">,
  { dataDir, marks, submissions, terminations, slowness }: Watched,
  random: SeededRandom,
): Promise<void> {
  const few = (min: number, max: number): number => random.between(min, Math.max(min, max / slowness));
  const shortly = (msMax: number): Promise<void> => delay(random.between(0, msMax * slowness));
  switch (aim) {
    case "submit":
      await manieth(few(3, 40), (listener) => submissions.subscribe(listener));
      return shortly(5);
    case "start":
      await manieth(few(1, 15), changesIn(marks.folder("starts")));
      return shortly(15);
    case "run":
      return delay(random.between(100, 1_500));
    case "finish":
      await manieth(few(1, 12), changesIn(marks.folder("ends")));
      return shortly(15);
    case "stop":
      await manieth(few(1, 5), (listener) => terminations.subscribe(listener));
      return shortly(8);
    case "gang":
      await manieth(random.between(1, 2), changesIn(marks.folder("starts"), isOfNode));
      return shortly(5);
    case "commit":
      return manieth(
        random.between(5, 150),
        changesIn(dataDir, (name) => name === "batchyard.db-wal"),
      );
  }
}

/** Resolves while a server starts: a little after it has taken the data folder. */
export async function restartMoment(dataDir: string, random: SeededRandom): Promise<void> {
  await manieth(
    1,
    changesIn(dataDir, (name) => name === "pid"),
  );
  return delay(random.between(0, 150));
}

type Subscribe = (listener: () => void) => () => void;

function manieth(count: number, subscribe: Subscribe): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const end = (): void => {
      unsubscribe();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, PATIENCE_MS);
    const unsubscribe = subscribe(() => {
      left -= 1;
      if (left === 0) end();
    });
  });
}

/** The main node marks as its job: this is another. */
function isOfNode(fileName: string): boolean {
  return fileName.includes("#");
}

function changesIn(folder: string, isMeant: (fileName: string) => boolean = () => true): Subscribe {
  return (listener) => {
    const watcher = watch(folder, (_event, name) => {
      if (isMeant(name ?? "")) listener();
    });
    return () => watcher.close();
  };
}

async function delay(ms: number): Promise<void> {
  if (ms > 0) await sleep(ms);
}
