import { describe, expect, test } from "vitest";
import type { ContainerFacts } from "./docker-engine.ts";
import {
  parseContainer,
  parseDescription,
  parseDisk,
  parseEvent,
  parseImage,
  parseListing,
  parseUse,
} from "./engine-answers.ts";

describe("parseContainer", () => {
  test("reads all that is there", () => {
    const facts = parseContainer({
      Id: "abc",
      Name: "/mine",
      Config: { Labels: { a: "b" }, StopSignal: "SIGINT" },
      State: {
        Status: "exited",
        StartedAt: "2026-01-02T03:04:05.123456789Z",
        FinishedAt: "2026-01-02T03:04:06Z",
        ExitCode: 137,
        OOMKilled: true,
        Error: "oops",
        Pid: 0,
      },
    });
    expect(facts).toEqual({
      id: "abc",
      name: "mine",
      labels: { a: "b" },
      status: "exited",
      startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 123),
      finishedAtMs: Date.UTC(2026, 0, 2, 3, 4, 6),
      exitCode: 137,
      isOutOfMemory: true,
      error: "oops",
      pid: 0,
      stopSignal: "SIGINT",
    });
  });

  test("has no instants for what has not been, and something for all that is left out", () => {
    const State = { StartedAt: "0001-01-01T00:00:00Z", FinishedAt: "0001-01-01T00:00:00Z" };
    expect(parseContainer({ Id: "abc", Config: { Labels: null }, State })).toEqual({
      id: "abc",
      name: "",
      labels: {},
      status: "created",
      exitCode: 0,
      isOutOfMemory: false,
      error: "",
      pid: 0,
      stopSignal: "SIGTERM",
    });
  });

  test.each<[status: string, expected: ContainerFacts["status"]]>([
    ["running", "running"],
    ["paused", "paused"],
    ["dead", "dead"],
    ["configured", "created"],
    ["initialized", "created"],
    ["stopping", "running"],
    ["stopped", "exited"],
  ])("takes %s for %s", (Status, expected) => {
    expect(parseContainer({ Id: "abc", State: { Status } }).status).toBe(expected);
  });

  test.each<[signal: string | number, expected: string]>([
    ["", "SIGTERM"],
    [0, "SIGTERM"],
    [15, "15"],
    ["10", "10"],
    ["USR1", "SIGUSR1"],
    ["SIGUSR1", "SIGUSR1"],
  ])("reads the stop signal %j as %s", (StopSignal, expected) => {
    expect(parseContainer({ Id: "abc", Config: { StopSignal } }).stopSignal).toBe(expected);
  });
});

test("an engine is Podman where it says so", () => {
  const version = { Version: "4.3.1", Os: "linux", Arch: "amd64", Components: [{ Name: "Podman Engine" }] };
  const info = { NCPU: 2, MemTotal: 1_000, SwapLimit: true, Driver: "overlay", CgroupVersion: "2" };
  const place = { Name: "here", DockerRootDir: "/srv/images" };
  expect(parseDescription(version, { ...info, ...place }, "1.41")).toEqual({
    product: "podman",
    version: "4.3.1",
    apiVersion: "1.41",
    cgroupVersion: 2,
    cpuCount: 2,
    memoryBytes: 1_000,
    hasSwapLimit: true,
    storageDriver: "overlay",
    operatingSystem: "linux",
    architecture: "amd64",
    hostName: "here",
    dataRoot: "/srv/images",
  });
  expect(parseDescription({ Components: null }, {}, "1.40")).toEqual({
    product: "docker",
    version: "",
    apiVersion: "1.40",
    cgroupVersion: 1,
    cpuCount: 0,
    memoryBytes: 0,
    hasSwapLimit: false,
    storageDriver: "",
    operatingSystem: "",
    architecture: "",
    hostName: "",
    dataRoot: "",
  });
});

test("what a container uses is the highest so far, else that of the moment, else nothing", () => {
  const cpu_stats = { cpu_usage: { total_usage: 1_500_000 } };
  expect(parseUse({ memory_stats: { usage: 5, max_usage: 7 }, cpu_stats })).toEqual({
    memoryBytes: 7,
    cpuTimeMs: 2,
  });
  expect(parseUse({ memory_stats: { usage: 5 }, cpu_stats })).toEqual({ memoryBytes: 5, cpuTimeMs: 2 });
  expect(parseUse({ memory_stats: {}, cpu_stats: { cpu_usage: { total_usage: 0 } } })).toBeUndefined();
  expect(parseUse({})).toBeUndefined();
});

test("events that are of no account are left out", () => {
  const Actor = { ID: "abc", Attributes: { a: "b" } };
  const event = { containerId: "abc", labels: { a: "b" } };
  expect(parseEvent({ Action: "start", Actor })).toEqual({ ...event, kind: "start" });
  expect(parseEvent({ Action: "oom", Actor })).toEqual({ ...event, kind: "oom" });
  expect(parseEvent({ Action: "die", Actor })).toEqual({ ...event, kind: "die" });
  expect(parseEvent({ Action: "died", Actor: { ID: "abc" } })).toEqual({
    containerId: "abc",
    kind: "die",
    labels: {},
  });
  expect(parseEvent({ Action: "exec_start: sh", Actor })).toBeUndefined();
});

test("listings and images are read", () => {
  expect(parseListing({ Id: "abc", Labels: null })).toEqual({ id: "abc", labels: {} });
  expect(parseImage({ Id: "sha256:abc" })).toEqual({ id: "sha256:abc", sizeBytes: 0 });
});

test("what is on the disk is read without what engines leave out, have not measured, or call <none>", () => {
  expect(parseDisk({ Images: null })).toEqual({ layerBytes: 0, images: [], containers: [], volumes: [] });
  const answer = {
    LayersSize: 30,
    Images: [
      { Id: "a", RepoTags: ["app:1"], RepoDigests: ["app@sha256:1"], Size: 20, SharedSize: 5 },
      { Id: "b", RepoTags: ["<none>:<none>"], RepoDigests: null, Size: 10, SharedSize: -1 },
    ],
    Containers: [
      {
        ImageID: "a",
        SizeRw: 3,
        Labels: { mine: "yes" },
        Mounts: [
          { Type: "volume", Name: "v" },
          { Type: "bind", Name: "" },
        ],
      },
      { ImageID: "b" },
    ],
    Volumes: [
      { Name: "v", Labels: null, UsageData: { Size: 7 } },
      { Name: "w", UsageData: { Size: -1 } },
    ],
  };
  expect(parseDisk(answer)).toEqual({
    layerBytes: 30,
    images: [
      { id: "a", tags: ["app:1"], digests: ["app@sha256:1"], sizeBytes: 20, uniqueBytes: 15 },
      { id: "b", tags: [], digests: [], sizeBytes: 10, uniqueBytes: 10 },
    ],
    containers: [
      { labels: { mine: "yes" }, imageId: "a", writtenBytes: 3, volumeNames: ["v"] },
      { labels: {}, imageId: "b", writtenBytes: 0, volumeNames: [] },
    ],
    volumes: [
      { name: "v", labels: {}, sizeBytes: 7 },
      { name: "w", labels: {}, sizeBytes: 0 },
    ],
  });
});
