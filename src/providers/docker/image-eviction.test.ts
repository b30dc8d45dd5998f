import { assert, constantFrom, nat, property, uniqueArray } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type EvictionFacts,
  type PulledImage,
  type StoredImage,
  chooseEvictions,
  pulledImageBytes,
  settleNote,
} from "./image-eviction.ts";

function anImage(name: string, more: Partial<StoredImage> = {}): StoredImage {
  return { id: `id-${name}`, tags: [`${name}:1`], digests: [], sizeBytes: 10, uniqueBytes: 10, ...more };
}

function aNote(name: string, usedAtMs: number, more: Partial<PulledImage> = {}): PulledImage {
  return { name: `${name}:1`, imageId: `id-${name}`, usedAtMs, ...more };
}

function factsOf(facts: Partial<EvictionFacts>): EvictionFacts {
  return { stored: [], pulled: [], usedNames: [], usedIds: new Set(), ...facts };
}

function chosen(facts: Partial<EvictionFacts>, wantedBytes = Infinity): readonly string[] {
  return chooseEvictions(factsOf(facts), wantedBytes).flatMap(({ references }) => references);
}

describe("chooseEvictions", () => {
  const stored = ["a", "b", "c"].map((name) => anImage(name));
  const pulled = [aNote("a", 3), aNote("b", 1), aNote("c", 2)];

  test.each<[claim: string, facts: Partial<EvictionFacts>, wantedBytes: number, expected: readonly string[]]>(
    [
      ["takes the least recently used first", {}, Infinity, ["b:1", "c:1", "a:1"]],
      ["takes as many as it needs", {}, 11, ["b:1", "c:1"]],
      ["takes none where nothing is wanted", {}, 0, []],
      ["leaves what an attempt names", { usedNames: ["b:1"] }, Infinity, ["c:1", "a:1"]],
      ["knows a name in its long form", { usedNames: ["docker.io/library/b:1"] }, Infinity, ["c:1", "a:1"]],
      ["leaves what anybody's container has", { usedIds: new Set(["id-b"]) }, Infinity, ["c:1", "a:1"]],
      ["leaves what was not pulled", { pulled: [aNote("c", 2)] }, Infinity, ["c:1"]],
      [
        "leaves what was put in the place of what was pulled",
        { pulled: [aNote("c", 2, { imageId: "another" })] },
        Infinity,
        [],
      ],
      [
        "takes what a crash left without its id, by its name",
        { pulled: [{ name: "c:1", usedAtMs: 2 }] },
        Infinity,
        ["c:1"],
      ],
    ],
  )("%s", (_claim, facts, wantedBytes, expected) => {
    expect(chosen({ stored, pulled, ...facts }, wantedBytes)).toEqual(expected);
  });

  test.each<
    [claim: string, image: Partial<StoredImage>, notes: readonly PulledImage[], expected: readonly string[]]
  >([
    [
      "leaves an image that somebody gave a name of his own",
      { tags: ["a:1", "mine:1"] },
      [aNote("a", 1)],
      [],
    ],
    [
      "takes all names that were pulled",
      { tags: ["a:1", "a:2"] },
      [aNote("a", 1), aNote("a", 2, { name: "a:2" })],
      ["a:1", "a:2"],
    ],
    [
      "takes what has only its digest left",
      { tags: [], digests: ["a@sha256:1"] },
      [aNote("a", 1)],
      ["a@sha256:1"],
    ],
    ["takes what has no name left", { tags: [] }, [aNote("a", 1)], ["id-a"]],
    ["leaves a digest of another repository", { digests: ["theirs@sha256:1"] }, [aNote("a", 1)], []],
    [
      "takes what was pulled by its digest, whatever tag stood beside it",
      { tags: [], digests: ["localhost:5000/a@sha256:1"] },
      [aNote("a", 1, { name: "localhost:5000/a:1@sha256:1" })],
      ["localhost:5000/a@sha256:1"],
    ],
  ])("%s", (_claim, image, notes, expected) => {
    expect(chosen({ stored: [anImage("a", image)], pulled: notes })).toEqual(expected);
  });

  test("an image of two names is as old as its later use", () => {
    const two = anImage("a", { tags: ["a:1", "a:2"] });
    const notes = [aNote("a", 1), aNote("a", 9, { name: "a:2" }), aNote("b", 5)];
    expect(chosen({ stored: [two, anImage("b")], pulled: notes }, 1)).toEqual(["b:1"]);
  });

  test("never takes what is in use or was not pulled, and stops as soon as it has enough", () => {
    const name = constantFrom("a", "b", "c", "d", "e", "f");
    const names = uniqueArray(name);
    assert(
      property(names, names, names, nat(80), (mine, named, contained, wantedBytes) => {
        const all = ["a", "b", "c", "d", "e", "f"];
        const evictions = chooseEvictions(
          {
            stored: all.map((each) => anImage(each)),
            pulled: mine.map((each, index) => aNote(each, index)),
            usedNames: named.map((each) => `${each}:1`),
            usedIds: new Set(contained.map((each) => `id-${each}`)),
          },
          wantedBytes,
        );
        const free = mine.filter((each) => !named.includes(each) && !contained.includes(each));
        const expected = free.slice(0, Math.ceil(wantedBytes / 10)).map((each) => `id-${each}`);
        expect(evictions.map(({ id }) => id)).toEqual(expected);
      }),
    );
  });
});

describe("pulledImageBytes", () => {
  const shared = ["a", "b"].map((name) => anImage(name, { sizeBytes: 100, uniqueBytes: 10 }));
  const pulled = [aNote("a", 1), aNote("b", 1)];

  test("counts layers that images have in common once, where nobody else has images", () => {
    expect(pulledImageBytes(shared, pulled, 110)).toBe(110);
  });

  test("leaves out what others alone have", () => {
    const theirs = anImage("theirs", { sizeBytes: 500, uniqueBytes: 450 });
    expect(pulledImageBytes([...shared, theirs], pulled, 560)).toBe(110);
  });

  test("is never more than the images' own sizes", () => {
    expect(pulledImageBytes([anImage("a")], pulled, 1_000)).toBe(10);
  });
});

describe("settleNote", () => {
  test.each<[claim: string, note: PulledImage, expected: PulledImage | undefined]>([
    ["keeps what is there", aNote("a", 1), aNote("a", 1)],
    ["gives one that was cut off the image of its name", { name: "a:1", usedAtMs: 1 }, aNote("a", 1)],
    ["forgets what is gone", aNote("b", 1), undefined],
    ["forgets what stands under another id now", aNote("a", 1, { imageId: "earlier" }), undefined],
    ["forgets what never came", { name: "b:1", usedAtMs: 1 }, undefined],
  ])("%s", (_claim, note, expected) => {
    expect(settleNote(note, [anImage("a")])).toEqual(expected);
  });
});
