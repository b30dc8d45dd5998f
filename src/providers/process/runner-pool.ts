import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../lib/clock.ts";
import type { Confinement } from "./confinement.ts";
import { endStrays } from "./end-strays.ts";
import { removeTree } from "./runner-folder.ts";
import type { Runner } from "./runner.ts";
import { Shim, type ShimEvent } from "./shim.ts";
import { type Workplace, newTrash } from "./workplace.ts";

export interface RunnerPoolOptions {
  readonly workplace: Workplace;
  readonly confinement: Confinement;
  readonly clock: Clock;
  readonly shell: readonly string[];
  readonly path: string;
  readonly onEvent: (event: ShimEvent, runId: string) => void;
  /** There is an idle runner that was not there before. */
  readonly onIdle: () => void;
}

/** Runners that are kept when there is nothing to run. */
const RUNNERS_IDLE_MAX = 32;
const RUNNERS_AT_START = 2;
/** Then a runner is replaced, so that its record does not grow for ever. */
const ATTEMPTS_PER_RUNNER_MAX = 500;

/**
 * Owns the runners: those that are idle, those that have an attempt, and those that are no more, whose folders stay
 * until nothing is left of them and nothing is owed from them.
 */
export class RunnerPool {
  readonly #options: RunnerPoolOptions;
  readonly #shim: Shim;
  readonly #idle: Runner[] = [];
  readonly #gone = new Set<Runner>();
  /** The runner of each attempt whose end is not acknowledged. */
  readonly #owing = new Map<string, Runner>();
  readonly #removals = new Set<Promise<void>>();

  constructor(options: RunnerPoolOptions) {
    this.#options = options;
    const { workplace } = options;
    this.#shim = new Shim({
      ...options,
      dir: workplace.dir,
      runnersPath: workplace.runnersPath,
      table: workplace.table,
      onRunner: (runner) => this.#addIdle(runner),
    });
    this.#shim.bring(RUNNERS_AT_START);
    for (const name of readdirSync(workplace.trashPath))
      this.#own(removeTree(join(workplace.trashPath, name)));
  }

  /** Takes an idle runner out; undefined if there is none. */
  take(): Runner | undefined {
    return this.#idle.pop();
  }

  /** Sees to it that so many runners come. */
  bring(count: number): void {
    this.#shim.bring(count);
  }

  listIdle(): readonly Runner[] {
    return this.#idle;
  }

  /** From now on the runner's folder has to stay until the attempt's end is acknowledged. */
  owe(runId: string, runner: Runner): void {
    runner.owed.add(runId);
    this.#owing.set(runId, runner);
  }

  /** The attempt's end is durable elsewhere, or it never was this runner's. */
  forgive(runId: string): void {
    const runner = this.#owing.get(runId);
    if (runner === undefined) return;
    this.#owing.delete(runId);
    runner.owed.delete(runId);
    if (this.#gone.has(runner)) this.#removeIfDone(runner);
  }

  /** The runner has ended its attempt and can have another. */
  giveBack(runner: Runner): void {
    runner.turnPage();
    const isWornOut = runner.attemptCount >= ATTEMPTS_PER_RUNNER_MAX || this.#idle.length >= RUNNERS_IDLE_MAX;
    if (!isWornOut && this.#renewWork(runner)) this.#addIdle(runner);
    else this.end(runner, []);
  }

  /** Ends the runner with all that is in its process group; what else is left of these attempts follows. */
  end(runner: Runner, runIds: readonly string[]): void {
    const { workplace, confinement } = this.#options;
    // A group's number is its own while the leader lives, so the signal reaches nobody else.
    workplace.table.signalGroupOf(runner.identity, "SIGKILL");
    confinement.clear(runner.name, runner.identity, runIds);
    this.#gone.add(runner);
    this.#removeIfDone(runner);
  }

  /** Whether there are folders that only wait for the last processes to end. */
  isTidyingUp(): boolean {
    return [...this.#gone].some(({ owed }) => owed.size === 0);
  }

  sweep(): void {
    for (const runner of this.#gone) this.#removeIfDone(runner);
  }

  /** Ends all of the shim but the runners with these pids, which have an attempt that goes on. */
  async close(keptRunnerPids: ReadonlySet<number>): Promise<void> {
    const { workplace, confinement } = this.#options;
    const foldersComing = await this.#shim.close();
    for (const runner of this.#idle.splice(0)) this.end(runner, []);
    for (const folder of foldersComing) {
      const trash = newTrash(workplace);
      folder.moveTo(trash);
      this.#own(removeTree(trash));
    }
    endStrays({ ...workplace, keptRunnerPids, overRunIds: new Set() });
    await confinement.settle();
    this.sweep();
    await Promise.all(this.#removals);
  }

  /** Makes the working folder as good as new; false where that cannot be done. */
  #renewWork({ folder }: Runner): boolean {
    if (folder.isWorkUntouched()) return true;
    const trash = newTrash(this.#options.workplace);
    const isRenewed = folder.renewWork(trash);
    if (isRenewed) this.#own(removeTree(trash));
    return isRenewed;
  }

  #addIdle(runner: Runner): void {
    this.#idle.push(runner);
    this.#options.onIdle();
  }

  #removeIfDone(runner: Runner): void {
    if (runner.owed.size > 0 || this.#options.confinement.isClearing(runner.name)) return;
    this.#gone.delete(runner);
    this.#own(runner.folder.remove());
  }

  #own(removal: Promise<void>): void {
    this.#removals.add(removal);
    void removal.finally(() => this.#removals.delete(removal));
  }
}
