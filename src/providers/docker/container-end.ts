import { EXIT_CODE_SIGKILL } from "../attempt-outcomes.ts";
import type { ContainerFacts } from "./docker-engine.ts";

export interface EndFacts {
  readonly facts: ContainerFacts;
  /** The engine that started the container is the one that is there. */
  readonly isSameEngine: boolean;
  /** Somebody other than us was seen to send it a signal. */
  readonly wasSignalled: boolean;
  /** When the engine was last seen to go; absent if it was there all along, or nobody was watching. */
  readonly engineLeftAtMs: number | undefined;
}

/** What the engine notes for a container that it finds gone when it comes up: after a crash of the machine. */
const EXIT_CODE_UNKNOWN = 255;
const SIGNAL_EXIT_CODE_BASE = 128;
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGTERM: 15,
};
/** The engine's clock may be another machine's, and its going is seen a little late. */
const CLOCK_MS_MAX = 1_000;

/**
 * Whether the container went down with its engine rather than of itself.
 *
 * An engine that stops, and one that comes back after a crash, ends its containers as `docker stop` does, and keeps no
 * note of why. So an exit code that such an end gives counts as one where the engine has been started anew since. So
 * does success, unless the engine is known to have been there: the command may have answered the signal with it, and
 * Docker also notes it of a container whose end it was reading when it was killed.
 */
export function diedWithEngine({ facts, isSameEngine, wasSignalled, engineLeftAtMs }: EndFacts): boolean {
  if (isSameEngine || facts.isOutOfMemory) return false;
  const { exitCode, finishedAtMs = Infinity } = facts;
  if (exitCode !== 0) return wasSignalled || isEndByEngine(facts);
  return wasSignalled || engineLeftAtMs === undefined || finishedAtMs >= engineLeftAtMs - CLOCK_MS_MAX;
}

/** Whether the exit code is one that the engine's own stopping gives. */
export function isEndByEngine({ exitCode, stopSignal }: ContainerFacts): boolean {
  const stopped = SIGNAL_EXIT_CODE_BASE + (SIGNAL_NUMBERS[stopSignal] ?? SIGNAL_NUMBERS["SIGTERM"] ?? 0);
  return [stopped, EXIT_CODE_SIGKILL, EXIT_CODE_UNKNOWN].includes(exitCode);
}
