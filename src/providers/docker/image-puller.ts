import { once } from "node:events";
import type { Clock } from "../../lib/clock.ts";
import { isSystemError } from "../../lib/system-error.ts";
import type { DockerDisk } from "./docker-disk.ts";
import { EngineRefusal } from "./docker-engine.ts";
import type { DockerEngine, ImageFacts } from "./docker-engine.ts";
import { reasonOf, STAGE_MS_MAX, timeoutReasonOf } from "./docker-outcome.ts";
import { registryOf, withoutRegistry } from "./image-reference.ts";
import { pause } from "./pause.ts";
import type { PulledImages } from "./pulled-images.ts";
import type { RegistryCredentials } from "../provider.ts";
import { type RegistryAuth, createRegistryHeader } from "./registry-auth.ts";

export interface ImagePullerOptions {
  readonly engine: Pick<DockerEngine, "inspectImage" | "pullImage">;
  readonly clock: Clock;
  readonly registryAuth: (reference: string) => RegistryAuth;
  /** What keeps account of images on the disk; absent: nothing does. */
  readonly disk?: ImageDisk;
  /** How long to wait before each further try. */
  readonly pausesMs?: readonly number[];
}

interface ImageDisk extends Pick<DockerDisk, "untilRemoved" | "makeMore"> {
  readonly notes: Pick<PulledImages, "pullBegins" | "pullEnded">;
}

/** The image cannot be had: the message is the container's reason, as ECS gives it. */
export class ImagePullFailure extends Error {
  override readonly name = "ImagePullFailure";
}

interface Pull {
  readonly done: Promise<void>;
  readonly controller: AbortController;
  waiterCount: number;
  progress: string | undefined;
}

interface WantedImage {
  readonly name: string;
  readonly credentials: RegistryCredentials | undefined;
}

/** The ECS agent tries five times: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html */
const PAUSES_MS = [1_100, 2_200, 4_400, 5_000];
/** An image that was there may be removed by others. */
const PRESENCE_MS = 2_000;
const PRESENCE_COUNT_MAX = 1_000;
const FIND_MS_MAX = 10_000;

const NO_SPACE = /no space left on device|disk quota exceeded/i;

/** Sees to it that images are there: one look and one pull for all who wait for the same. */
export class ImagePuller {
  readonly #options: ImagePullerOptions;
  readonly #pulls = new Map<string, Pull>();
  /** By name: until when it counts as there, by the monotonic clock. */
  readonly #presentUntilMs = new Map<string, number>();

  constructor(options: ImagePullerOptions) {
    this.#options = options;
  }

  /**
   * Settles once the image is there. Rejects with an `ImagePullFailure` where it cannot be had, with `EngineAway` where
   * the engine went away, else with the signal's reason; the pull goes on while anybody waits for it.
   *
   * @param name with a tag or a digest, as everywhere here.
   * @param credentials for its registry, over those that the engine's user has there.
   */
  async get(name: string, signal: AbortSignal, credentials?: RegistryCredentials): Promise<void> {
    await this.#options.disk?.untilRemoved(name);
    signal.throwIfAborted();
    if ((this.#presentUntilMs.get(name) ?? 0) > this.#options.clock.monotonicMs()) return;
    const key = keyOf(name, credentials);
    const pull = this.#pulls.get(key) ?? this.#begin(key, { name, credentials });
    pull.waiterCount += 1;
    try {
      await settledOrAborted(pull.done, signal);
    } finally {
      pull.waiterCount -= 1;
      if (pull.waiterCount === 0) this.#end(key, pull);
    }
  }

  /** Images may have gone: each is looked for anew. */
  forgetPresence(): void {
    this.#presentUntilMs.clear();
  }

  /** As in `pulling app:1 from localhost:5000, 12 of 40 MB`; undefined while it is not being pulled. */
  progressOf(name: string, credentials?: RegistryCredentials): string | undefined {
    return this.#pulls.get(keyOf(name, credentials))?.progress;
  }

  #begin(key: string, image: WantedImage): Pull {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(STAGE_MS_MAX.pull)]);
    const done = Promise.resolve().then(() => this.#provide(image, pull, signal));
    const pull: Pull = { done, controller, waiterCount: 0, progress: undefined };
    // Whoever is the last to leave aborts it: nobody hears of that rejection.
    done.catch(() => undefined);
    this.#pulls.set(key, pull);
    return pull;
  }

  /** Nobody waits for it any more: it is over, or not wanted. Who comes from now on begins another. */
  #end(key: string, pull: Pull): void {
    if (this.#pulls.get(key) === pull) this.#pulls.delete(key);
    pull.controller.abort();
  }

  async #provide(image: WantedImage, pull: Pull, signal: AbortSignal): Promise<void> {
    const { engine, clock } = this.#options;
    const { name } = image;
    try {
      if ((await engine.inspectImage(name, signal)) === undefined) await this.#pullNoted(image, pull, signal);
    } catch (error) {
      throw isTimeout(error) ? new ImagePullFailure(timeoutReasonOf("pull"), { cause: error }) : error;
    }
    if (this.#presentUntilMs.size >= PRESENCE_COUNT_MAX) this.#presentUntilMs.clear();
    this.#presentUntilMs.set(name, clock.monotonicMs() + PRESENCE_MS);
  }

  /** An image is taken down before its pull begins: a crash leaves none that nobody knows of. */
  async #pullNoted(image: WantedImage, pull: Pull, signal: AbortSignal): Promise<void> {
    const { name } = image;
    try {
      this.#options.disk?.notes.pullBegins(name);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const reason = `CannotPullContainerError: the pull cannot be noted: ${error.message}`;
      throw new ImagePullFailure(reason, { cause: error });
    }
    try {
      await this.#pull(image, pull, signal);
    } finally {
      this.#options.disk?.notes.pullEnded(name, await this.#find(name));
    }
  }

  /** A pull that was given up may have come to its end in the engine. */
  async #find(name: string): Promise<ImageFacts | "unknown" | undefined> {
    try {
      return await this.#options.engine.inspectImage(name, AbortSignal.timeout(FIND_MS_MAX));
    } catch {
      return "unknown";
    }
  }

  async #pull({ name, credentials }: WantedImage, pull: Pull, signal: AbortSignal): Promise<void> {
    const { engine, registryAuth, pausesMs = PAUSES_MS } = this.#options;
    const title = `pulling ${withoutRegistry(name)} from ${registryOf(name)}`;
    const { header, problem }: RegistryAuth =
      credentials === undefined
        ? registryAuth(name)
        : { header: createRegistryHeader({ ...credentials, serveraddress: registryOf(name) }) };
    const tell = (text: string): void => {
      pull.progress = text === "" ? title : `${title}, ${text}`;
    };
    const pausesLeft = [...pausesMs];
    for (;;) {
      tell("");
      const refusal = await refusalOf(engine.pullImage(name, tell, signal, header));
      if (refusal === undefined) return;
      if (NO_SPACE.test(refusal.message)) {
        tell(`waiting for room on the disk after: ${refusal.message}`);
        if ((await this.#options.disk?.makeMore(signal)) === true) continue;
      }
      const pauseMs = isFinal(refusal) ? undefined : pausesLeft.shift();
      if (pauseMs === undefined) throw createFailure(refusal, problem);
      tell(`waiting to try again after: ${refusal.message}`);
      await pause(pauseMs, signal);
    }
  }
}

/** Undefined where the engine did it. */
async function refusalOf(done: Promise<void>): Promise<EngineRefusal | undefined> {
  try {
    await done;
    return undefined;
  } catch (error) {
    if (error instanceof EngineRefusal) return error;
    throw error;
  }
}

/** Whoever has other credentials may be given what others are refused. */
function keyOf(name: string, credentials: RegistryCredentials | undefined): string {
  return JSON.stringify([name, credentials?.username, credentials?.password]);
}

/** What a registry says of an image that it will not give out, however often it is asked. */
const FINAL =
  /not found|does not exist|manifest unknown|name unknown|denied|unauthorized|authentication required|invalid/i;

function isFinal({ status, message }: EngineRefusal): boolean {
  return status < 500 || FINAL.test(message);
}

function createFailure(refusal: EngineRefusal, problem: string | undefined): ImagePullFailure {
  const text = problem === undefined ? refusal.message : `${refusal.message} (${problem})`;
  return new ImagePullFailure(reasonOf("pull", text), { cause: refusal });
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}

async function settledOrAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const settled = new AbortController();
  const aborted = once(signal, "abort", { signal: settled.signal }).then(
    () => signal.throwIfAborted(),
    () => undefined,
  );
  try {
    await Promise.race([promise, aborted]);
  } finally {
    settled.abort();
  }
}
