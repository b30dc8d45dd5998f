import { expect, test } from "vitest";
import { PullProgress } from "./pull-progress.ts";

test("a pull's progress is that of its layers together", () => {
  const progress = new PullProgress();
  const told = [
    { status: "Pulling from team/app", id: "1" },
    { status: "Pulling fs layer", id: "a", progressDetail: {} },
    { status: "Downloading", id: "a", progressDetail: { current: 1_000_000, total: 30_000_000 } },
    { status: "Downloading", id: "b", progressDetail: { current: 500_000, total: 10_000_000 } },
    { status: "Download complete", id: "a", progressDetail: {} },
    { status: "Extracting", id: "a", progressDetail: { current: 5, total: 30_000_000 } },
    { status: "Downloading", id: "b", progressDetail: { current: 10_000_000, total: 10_000_000 } },
  ].map((line) => progress.add(line));
  expect(told).toEqual(["", "", "1.0 of 30 MB", "1.5 of 40 MB", "31 of 40 MB", "31 of 40 MB", "40 of 40 MB"]);
});
