import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { PulledImages, readPulledImages } from "./pulled-images.ts";

class ManualClock {
  atMs = 1_000;
  nowMs = (): number => this.atMs;
  monotonicMs = (): number => this.atMs;
}

test("an image is noted before its pull begins, so that a crash leaves none that nobody knows of", () => {
  using folder = temporaryFolder();
  const clock = new ManualClock();
  new PulledImages(folder.path, clock).pullBegins("app:1");
  const after = new PulledImages(folder.path, clock);
  expect(after.all).toEqual([{ name: "app:1", usedAtMs: 1_000 }]);
  expect(after.namesBeingPulled).toEqual([]);
  after.beginSettling()([{ id: "id-app", tags: ["app:1"], digests: [], sizeBytes: 1, uniqueBytes: 1 }]);
  expect(readPulledImages(folder.path)).toEqual([{ name: "app:1", imageId: "id-app", usedAtMs: 1_000 }]);
});

test("what a pull brought is kept by its id, what it did not bring is forgotten", () => {
  using folder = temporaryFolder();
  const clock = new ManualClock();
  const images = new PulledImages(folder.path, clock);
  for (const name of ["app:1", "gone:1", "away:1"]) images.pullBegins(name);
  clock.atMs = 2_000;
  images.pullEnded("app:1", { id: "id-app" });
  images.pullEnded("gone:1", undefined);
  images.pullEnded("away:1", "unknown");
  expect(readPulledImages(folder.path)).toEqual([
    { name: "app:1", imageId: "id-app", usedAtMs: 2_000 },
    { name: "away:1", usedAtMs: 2_000 },
  ]);
});

test("of two pulls of one name the first that ends forgets nothing", () => {
  using folder = temporaryFolder();
  const images = new PulledImages(folder.path, new ManualClock());
  for (const _pull of [1, 2]) images.pullBegins("app:1");
  images.pullEnded("app:1", undefined);
  expect(images.namesBeingPulled).toEqual(["app:1"]);
  expect(images.all).toEqual([{ name: "app:1", usedAtMs: 1_000 }]);
});

test("uses of what was pulled are written down once a minute at most", () => {
  using folder = temporaryFolder();
  const clock = new ManualClock();
  const images = new PulledImages(folder.path, clock);
  images.pullBegins("app:1");
  images.pullEnded("app:1", { id: "id-app" });
  const useAt = (atMs: number): number | undefined => {
    clock.atMs = atMs;
    images.used("app:1");
    images.used("somebody-elses:1");
    return readPulledImages(folder.path)[0]?.usedAtMs;
  };
  expect([2_000, 61_000, 62_000, 63_000].map(useAt)).toEqual([2_000, 2_000, 62_000, 62_000]);
  expect(images.all).toEqual([{ name: "app:1", imageId: "id-app", usedAtMs: 63_000 }]);
});

test("what began while the engine was asked is not forgotten for not being in its answer", () => {
  using folder = temporaryFolder();
  const images = new PulledImages(folder.path, new ManualClock());
  images.pullBegins("slow:1");
  images.pullBegins("gone:1");
  images.pullEnded("gone:1", { id: "id-gone" });
  const settle = images.beginSettling();
  images.pullBegins("new:1");
  images.pullEnded("new:1", { id: "id-new" });
  settle([]);
  expect(images.all.map(({ name }) => name)).toEqual(["slow:1", "new:1"]);
});

test("notes are replaced as a whole", () => {
  using folder = temporaryFolder();
  new PulledImages(folder.path, new ManualClock()).pullBegins("app:1");
  expect(readdirSync(folder.path)).toEqual(["images.json"]);
});
