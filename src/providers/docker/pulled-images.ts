import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../lib/clock.ts";
import { isSystemError } from "../../lib/system-error.ts";
import { type PulledImage, type StoredImage, settleNote } from "./image-eviction.ts";

const FILE_NAME = "images.json";
/** The time of a use is written down so often, at most: the order of images is worth no more. */
const USE_NOTED_EVERY_MS = 60_000;

/** What is noted in the folder of a provider, for who only looks. */
export function readPulledImages(dir: string): readonly PulledImage[] {
  const path = join(dir, FILE_NAME);
  // Written by this class alone, and as a whole.
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as readonly PulledImage[]) : [];
}

/**
 * Remembers which images Batchyard pulled and when each was last used, through any crash: an image is noted before its
 * pull begins. A pulled image cannot carry a label.
 */
export class PulledImages {
  readonly #dir: string;
  readonly #clock: Clock;
  readonly #images: Map<string, PulledImage>;
  /** Names whose pull is under way; how many pulls. */
  readonly #pulling = new Map<string, number>();
  #useNotedAtMs = -Infinity;

  constructor(dir: string, clock: Clock) {
    mkdirSync(dir, { recursive: true });
    this.#dir = dir;
    this.#clock = clock;
    this.#images = new Map(readPulledImages(dir).map((image) => [image.name, image]));
  }

  get all(): readonly PulledImage[] {
    return [...this.#images.values()];
  }

  get namesBeingPulled(): readonly string[] {
    return [...this.#pulling.keys()];
  }

  /** Durable when it returns. Throws what the file system throws. */
  pullBegins(name: string): void {
    this.#images.set(name, { name, usedAtMs: this.#clock.nowMs() });
    this.#write();
    this.#pulling.set(name, (this.#pulling.get(name) ?? 0) + 1);
  }

  /** @param found the image of that name; undefined where there is none, `unknown` where that cannot be told. */
  pullEnded(name: string, found: { readonly id: string } | "unknown" | undefined): void {
    const count = this.#pulling.get(name) ?? 0;
    if (count > 1) this.#pulling.set(name, count - 1);
    else this.#pulling.delete(name);
    const usedAtMs = this.#clock.nowMs();
    if (found === undefined) this.#forget(name);
    else this.#images.set(name, { name, usedAtMs, ...(found !== "unknown" && { imageId: found.id }) });
    this.#tryWrite();
  }

  /** An attempt begins with it. Of no interest where somebody else has put it there. */
  used(name: string): void {
    const image = this.#images.get(name);
    if (image === undefined) return;
    this.#images.set(name, { ...image, usedAtMs: this.#clock.nowMs() });
    const monotonicMs = this.#clock.monotonicMs();
    if (monotonicMs - this.#useNotedAtMs < USE_NOTED_EVERY_MS) return;
    this.#useNotedAtMs = monotonicMs;
    this.#tryWrite();
  }

  /** Answers what to do with the images that the engine is then asked for: notes that changed meanwhile stay. */
  beginSettling(): (stored: readonly StoredImage[]) => void {
    const before = new Map(this.#images);
    const pulling = new Set(this.#pulling.keys());
    return (stored) => {
      let hasChanged = false;
      for (const [name, image] of before) {
        if (pulling.has(name) || this.#images.get(name) !== image) continue;
        const settled = settleNote(image, stored);
        if (settled !== undefined && settled.imageId === image.imageId) continue;
        hasChanged = true;
        if (settled === undefined) this.#images.delete(name);
        else this.#images.set(name, settled);
      }
      if (hasChanged) this.#tryWrite();
    };
  }

  /** Another pull of it may be under way. */
  #forget(name: string): void {
    if (!this.#pulling.has(name)) this.#images.delete(name);
  }

  /** On a full disk the older notes stay, which hold more images rather than fewer. */
  #tryWrite(): void {
    try {
      this.#write();
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  #write(): void {
    const path = join(this.#dir, FILE_NAME);
    writeFileSync(`${path}.new`, JSON.stringify(this.all), { flush: true });
    renameSync(`${path}.new`, path);
  }
}
