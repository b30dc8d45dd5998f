import { familiarName, repositoryOf } from "./image-reference.ts";

/** An image that Batchyard pulled, or began to. */
export interface PulledImage {
  /** As jobs name it, with a tag or a digest. */
  readonly name: string;
  /** What the engine calls what came; absent until the pull has ended. */
  readonly imageId?: string;
  /** When an attempt was last begun with it. */
  readonly usedAtMs: number;
}

/** An image that the engine has. */
export interface StoredImage {
  readonly id: string;
  /** As in `app:1`. */
  readonly tags: readonly string[];
  /** As in `app@sha256:…`. */
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  /** What of it no other image has. */
  readonly uniqueBytes: number;
}

export interface EvictionFacts {
  readonly stored: readonly StoredImage[];
  readonly pulled: readonly PulledImage[];
  /** Names that attempts under way have, or that are being pulled. */
  readonly usedNames: readonly string[];
  /** Of images that anybody's container has. */
  readonly usedIds: ReadonlySet<string>;
}

export interface Eviction {
  readonly id: string;
  /** The names by which it has to be removed, all of them. */
  readonly references: readonly string[];
  /** All that it may be asked for by. */
  readonly names: readonly string[];
  readonly bytes: number;
}

/**
 * Says which images are removed so that so many bytes come free: the least recently used first, as many as it takes.
 *
 * Never one that Batchyard did not pull or that has a name that it did not pull, never one that an attempt under way or
 * anybody's container uses.
 */
export function chooseEvictions(facts: EvictionFacts, wantedBytes: number): readonly Eviction[] {
  const usedNames = new Set(facts.usedNames.map(familiarName));
  const candidates = facts.stored
    .map((image) => ({ image, notes: notesOf(image, facts.pulled) }))
    .filter(({ image, notes }) => notes.length > 0 && isOursAlone(image, notes))
    .filter(({ image }) => !facts.usedIds.has(image.id))
    .filter(({ image }) => !namesOf(image).some((name) => usedNames.has(name)))
    .map(({ image, notes }) => ({ image, usedAtMs: Math.max(...notes.map((note) => note.usedAtMs)) }))
    .toSorted((a, b) => a.usedAtMs - b.usedAtMs);
  const evictions: Eviction[] = [];
  let freedBytes = 0;
  for (const { image } of candidates) {
    if (freedBytes >= wantedBytes) break;
    freedBytes += image.uniqueBytes;
    evictions.push({
      id: image.id,
      references: referencesOf(image),
      names: namesOf(image),
      bytes: image.uniqueBytes,
    });
  }
  return evictions;
}

/**
 * What the images that Batchyard pulled take: at most what they would without a layer in common, and at most what all
 * images take but for what others alone have.
 */
export function pulledImageBytes(
  stored: readonly StoredImage[],
  pulled: readonly PulledImage[],
  layerBytes: number,
): number {
  let ownBytes = 0;
  let othersBytes = 0;
  for (const image of stored) {
    if (notesOf(image, pulled).length > 0) ownBytes += image.sizeBytes;
    else othersBytes += image.uniqueBytes;
  }
  return Math.min(ownBytes, Math.max(0, layerBytes - othersBytes));
}

/**
 * Brings notes into line with what the engine has: one whose pull was cut off by a crash is given the image that is
 * there by its name, one whose image is gone goes.
 */
export function settleNote(note: PulledImage, stored: readonly StoredImage[]): PulledImage | undefined {
  const image = stored.find((each) => isNoteOf(note, each));
  return image === undefined ? undefined : { ...note, imageId: image.id };
}

function notesOf(image: StoredImage, pulled: readonly PulledImage[]): readonly PulledImage[] {
  return pulled.filter((note) => isNoteOf(note, image));
}

function isNoteOf({ name, imageId }: PulledImage, image: StoredImage): boolean {
  return imageId === undefined ? namesOf(image).includes(familiarName(name)) : imageId === image.id;
}

/** A digest comes with the tag that was pulled, and stays when that is given to another image. */
function isOursAlone({ tags, digests }: StoredImage, notes: readonly PulledImage[]): boolean {
  const names = new Set(notes.map(({ name }) => familiarName(name)));
  const repositories = new Set([...names].map(repositoryOf));
  return (
    tags.every((tag) => names.has(familiarName(tag))) &&
    digests.every((digest) => repositories.has(repositoryOf(familiarName(digest))))
  );
}

function namesOf({ tags, digests }: StoredImage): readonly string[] {
  return [...tags, ...digests].map(familiarName);
}

/** The engine takes digests away with the last tag of their repository. */
function referencesOf({ id, tags, digests }: StoredImage): readonly string[] {
  if (tags.length > 0) return tags;
  return digests.length > 0 ? digests : [id];
}
