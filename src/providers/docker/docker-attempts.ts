import type { AttemptOutcome } from "../../batch/attempt.ts";
import { HOST_LOST, STOPPED_BEFORE_START } from "../attempt-outcomes.ts";
import type { ContainerRun, RecoveredRun } from "../container-run.ts";
import type { AttemptStarter } from "./attempt-starter.ts";
import type { AttemptLogs } from "./attempt-logs.ts";
import { EngineRefusal } from "./docker-engine.ts";
import type { ContainerEvent, ContainerListing } from "./docker-engine.ts";
import { OWNER_LABEL, containerName, findRunId } from "./docker-spec.ts";
import { type EngineLink, EngineTimeout } from "./engine-link.ts";
import { type LiveAttempt, addStep, createLiveAttempt } from "./live-attempt.ts";
import type { Removals } from "./removals.ts";
import type { RunningAttempts } from "./running-attempts.ts";
import { decideTakeUp } from "./take-up.ts";
import type { TaskPlaces } from "./task-places.ts";

export interface AttemptsOptions {
  readonly link: EngineLink;
  readonly starter: AttemptStarter;
  readonly running: RunningAttempts;
  readonly logs: AttemptLogs;
  readonly removals: Removals;
  readonly places: TaskPlaces;
  readonly owner: string;
  readonly askMsMax: number;
  readonly onEnded: (attempt: LiveAttempt, outcome: AttemptOutcome, atMs?: number) => void;
  /** It was to be looked for, and never began. */
  readonly onAbsent: (run: ContainerRun) => void;
}

/** Attempts that the engine is asked about at the same time. */
const TAKEN_UP_AT_ONCE_MAX = 8;

/** All containers from their start until nobody asks for them any more. */
export class DockerAttempts {
  readonly #options: AttemptsOptions;
  readonly #live = new Map<string, LiveAttempt>();
  /** Ended, and to be kept until that is durable; whether there may be a container to be removed. */
  readonly #ended = new Map<string, boolean>();

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  get(runId: string): LiveAttempt | undefined {
    return this.#live.get(runId);
  }

  start(run: ContainerRun): void {
    const attempt = createLiveAttempt(run);
    this.#live.set(run.runId, attempt);
    if (this.#options.link.outage === undefined) this.#begin(attempt);
  }

  /** They are taken up when the engine is there. */
  recover(known: readonly RecoveredRun[]): void {
    for (const { run, hasRun, isHeld } of known) {
      const attempt = createLiveAttempt(run);
      attempt.mayHaveContainer = true;
      attempt.hasRun = hasRun;
      attempt.isHeld = isHeld;
      attempt.isStartTold = hasRun && !isHeld;
      this.#live.set(run.runId, attempt);
    }
    this.#options.logs.forgetAllBut(new Set(this.#live.keys()));
  }

  /** The wish is kept, and done as soon as there is something to be done. */
  end(runId: string, wish: "stop" | "kill"): void {
    const attempt = this.#live.get(runId);
    if (attempt === undefined || (attempt.wish !== undefined && wish === "stop")) return;
    attempt.wish = wish;
    attempt.unwanted.abort();
    if (attempt.phase === "running") this.#options.running.signal(attempt, wish);
    if (attempt.phase === "adrift" && !attempt.mayHaveContainer) this.#settle(attempt, STOPPED_BEFORE_START);
  }

  /** Its task has ended, and that is durable elsewhere. */
  forget(runId: string): void {
    const mayHaveContainer = this.#ended.get(runId);
    this.#ended.delete(runId);
    if (mayHaveContainer !== true) return;
    this.#options.logs.forget(runId);
    this.#options.removals.add({ kind: "container", name: containerName(runId) });
  }

  /** Ended; kept until it is forgotten. */
  setEnded({ run, mayHaveContainer }: LiveAttempt): void {
    this.#live.delete(run.runId);
    this.#ended.set(run.runId, mayHaveContainer);
  }

  takeEvent({ containerId, kind, labels }: ContainerEvent): void {
    const runId = findRunId(labels);
    if (runId === undefined) return;
    const attempt = this.#live.get(runId);
    switch (kind) {
      case "start":
        // One that had been given up has come up after all.
        if (!this.#has(runId)) this.#options.removals.add({ kind: "container", name: containerId });
        return;
      case "kill":
        if (attempt !== undefined && attempt.wish === undefined) attempt.wasSignalled = true;
        return;
      case "die":
        if (attempt !== undefined) this.#options.running.died(attempt);
        return;
      case "oom":
        return;
    }
  }

  /** The engine is there: what it has is taken up, and what nobody knows is removed. */
  async takeUp(): Promise<void> {
    const { link, logs, removals, places, owner, askMsMax } = this.#options;
    const listing = await link.run(askMsMax, (engine, signal) =>
      engine.listContainers(OWNER_LABEL, owner, signal),
    );
    const containers = new Map(listing.map((each) => [findRunId(each.labels) ?? "", each]));
    for (const [runId, { id }] of containers) {
      if (this.#has(runId)) continue;
      logs.forget(runId);
      removals.add({ kind: "container", name: id });
    }
    await places.takeUp(containers);
    const attempts = this.#live.values();
    const workers = Array.from({ length: TAKEN_UP_AT_ONCE_MAX }, async () => {
      for (const attempt of attempts) await this.#takeUp(attempt, containers.get(attempt.run.runId));
    });
    await Promise.all(workers);
    await this.#removeUnusedVolumes();
  }

  /** Begins what was asked for while the engine was being found. */
  beginFresh(): void {
    for (const attempt of this.#live.values()) {
      if (attempt.phase === "adrift" && !attempt.mayHaveContainer) this.#begin(attempt);
    }
  }

  /** Everything under way has ended. The link is closed by now, so nothing of it lasts. */
  async close(): Promise<void> {
    const { logs } = this.#options;
    await Promise.all([...this.#live.values()].flatMap((attempt) => [attempt.steps, logs.leave(attempt)]));
  }

  /** An engine that does not get to it is asked again when it is found anew. */
  async #removeUnusedVolumes(): Promise<void> {
    const { link, owner, askMsMax } = this.#options;
    try {
      await link.run(askMsMax, (engine, signal) => engine.removeUnusedVolumes(OWNER_LABEL, owner, signal));
    } catch (error) {
      if (!(error instanceof EngineRefusal || error instanceof EngineTimeout)) throw error;
    }
  }

  async #takeUp(attempt: LiveAttempt, container: ContainerListing | undefined): Promise<void> {
    const { link, logs, running, askMsMax } = this.#options;
    await attempt.steps;
    if (attempt.phase !== "adrift" || !this.#live.has(attempt.run.runId)) return;
    await logs.leave(attempt);
    const facts =
      container === undefined
        ? undefined
        : await link.run(askMsMax, (engine, signal) => engine.inspectContainer(container.id, signal));
    const isOfEarlierEngine =
      facts?.status === "created" &&
      !(await link.run(askMsMax, (engine, signal) => engine.remembersMaking(facts.id, signal)));
    const { hasRun, wish } = attempt;
    const isUnwanted = wish !== undefined;
    const { action, because } = decideTakeUp({ facts, hasRun, isOfEarlierEngine, isUnwanted });
    if (facts !== undefined) {
      attempt.containerId = facts.id;
      attempt.mayHaveContainer = true;
    }
    switch (action) {
      case "start":
        if (attempt.isHeld) this.#setAbsent(attempt);
        else this.#begin(attempt);
        return;
      case "give-up":
        this.#settle(attempt, because === "stopped-before-start" ? STOPPED_BEFORE_START : HOST_LOST);
        return;
      case "adopt":
        if (facts !== undefined) running.adopt(attempt, facts);
        return;
      case "finish":
        addStep(attempt, () => running.finish(attempt, facts, true));
    }
  }

  #has(runId: string): boolean {
    return this.#live.has(runId) || this.#ended.has(runId) || this.#options.places.isPause(runId);
  }

  #setAbsent({ run }: LiveAttempt): void {
    this.#live.delete(run.runId);
    this.#options.onAbsent(run);
  }

  #begin(attempt: LiveAttempt): void {
    const { starter, running } = this.#options;
    attempt.phase = "image";
    attempt.hasDied = false;
    addStep(attempt, async () => {
      const result = await starter.bringUp(attempt);
      if (result.kind === "up") running.add(attempt, result.containerId);
      else this.#settle(attempt, result.outcome);
    });
  }

  #settle(attempt: LiveAttempt, outcome: AttemptOutcome): void {
    this.#options.onEnded(attempt, outcome);
  }
}
