import type { AttemptOutcome } from "../../batch/attempt.ts";
import { assert } from "../../lib/assert.ts";
import { HOST_LOST, STOPPED_BEFORE_START, createStartFailure } from "../attempt-outcomes.ts";
import type { ContainerRun } from "../container-run.ts";
import { type CreateRequest, EngineRefusal } from "./docker-engine.ts";
import { type Stage, reasonOf, timeoutReasonOf } from "./docker-outcome.ts";
import { type DockerSpecOptions, createDockerSpec } from "./docker-spec.ts";
import { type EngineLink, EngineTimeout } from "./engine-link.ts";
import { type ImagePuller, ImagePullFailure } from "./image-puller.ts";
import type { LiveAttempt } from "./live-attempt.ts";
import type { StartSlots } from "./start-slots.ts";
import { PlaceLost, type TaskPlaces } from "./task-places.ts";

export interface StarterOptions {
  readonly link: EngineLink;
  readonly images: Pick<ImagePuller, "get">;
  readonly slots: StartSlots;
  readonly places: TaskPlaces;
  readonly specOptions: Omit<DockerSpecOptions, "engine">;
  readonly createMsMax: number;
  readonly startMsMax: number;
  /** A container whose creation or start was given up may still come. */
  readonly onGivenUp: (name: string) => void;
}

/** How bringing an attempt up came out: up, or over. */
export type StartResult =
  | { readonly kind: "up"; readonly containerId: string }
  | { readonly kind: "over"; readonly outcome: AttemptOutcome };

/**
 * What an engine says of a container that it was starting when it was killed: what runs containers for it has begun with
 * this one, perhaps its command too, so it cannot be started once more.
 */
const HALF_STARTED = /\btask \w+: already exists/;

/**
 * Brings attempts up: image, start slot, container, start. Each step may have been done before, so all of it is safe to
 * do again. A wish that the attempt end is looked at between the steps. Rejects only with `EngineAway`.
 */
export class AttemptStarter {
  readonly #options: StarterOptions;

  constructor(options: StarterOptions) {
    this.#options = options;
  }

  async bringUp(attempt: LiveAttempt): Promise<StartResult> {
    const { link, slots, specOptions } = this.#options;
    const engine = link.description;
    assert(engine !== undefined, "attempts are brought up once the engine is known");
    const spec = createDockerSpec(attempt.run, { ...specOptions, engine });
    if ("failure" in spec) return over(createStartFailure(spec.failure));

    const interrupted = AbortSignal.any([attempt.unwanted.signal, link.signal]);
    attempt.phase = "image";
    const failure = await this.#getImage(attempt.run, spec.request.Image, interrupted);
    if (failure !== undefined) return over(failure);
    attempt.phase = "waiting";
    const hasSlot = await slots.take(interrupted);
    if (!hasSlot) {
      if (attempt.unwanted.signal.aborted) return over(STOPPED_BEFORE_START);
      throw interrupted.reason;
    }
    try {
      return await this.#createAndStart(attempt, spec.request);
    } finally {
      slots.release();
    }
  }

  /** Answers why it cannot be had. */
  async #getImage(
    { registryCredentials }: ContainerRun,
    reference: string,
    interrupted: AbortSignal,
  ): Promise<AttemptOutcome | undefined> {
    const { link, images } = this.#options;
    try {
      await link.run(interrupted, (_engine, signal) => images.get(reference, signal, registryCredentials));
      return undefined;
    } catch (error) {
      if (error instanceof ImagePullFailure) return createStartFailure(error.message);
      if (error instanceof EngineRefusal) return createStartFailure(reasonOf("pull", error.message));
      if (interrupted.aborted) return undefined;
      throw error;
    }
  }

  async #createAndStart(attempt: LiveAttempt, request: CreateRequest): Promise<StartResult> {
    const { link, places, createMsMax, startMsMax, onGivenUp } = this.#options;
    const { name, run } = attempt;
    let stage: Stage = "create";
    try {
      attempt.phase = "creating";
      attempt.mayHaveContainer = true;
      const placed = await places.prepare(run, request);
      const containerId = await places.withNetwork(run.task, () =>
        link.run(createMsMax, (engine, signal) => engine.createContainer(name, placed, signal)),
      );
      if (attempt.unwanted.signal.aborted) return over(STOPPED_BEFORE_START);
      stage = "start";
      attempt.phase = "starting";
      await places.withNetwork(run.task, () =>
        link.run(startMsMax, (engine, signal) => engine.startContainer(containerId, signal)),
      );
      return { kind: "up", containerId };
    } catch (error) {
      if (error instanceof EngineRefusal) {
        const isHalfStarted = stage === "start" && HALF_STARTED.test(error.message);
        return over(isHalfStarted ? HOST_LOST : createStartFailure(reasonOf(stage, error.message)));
      }
      if (error instanceof PlaceLost) return over(HOST_LOST);
      if (!(error instanceof EngineTimeout)) throw error;
      onGivenUp(name);
      return over(createStartFailure(timeoutReasonOf(stage)));
    }
  }
}

function over(outcome: AttemptOutcome): StartResult {
  return { kind: "over", outcome };
}
