import { expect, test } from "vitest";
import { registryOf, withDefaultTag, withoutRegistry } from "./image-reference.ts";

test.each<[reference: string, complete: string, registry: string, rest: string]>([
  ["app", "app:latest", "docker.io", "app"],
  ["app:1", "app:1", "docker.io", "app:1"],
  ["team/app", "team/app:latest", "docker.io", "team/app"],
  ["docker.io/team/app", "docker.io/team/app:latest", "docker.io", "team/app"],
  ["localhost/app", "localhost/app:latest", "localhost", "app"],
  ["localhost:5000/app", "localhost:5000/app:latest", "localhost:5000", "app"],
  ["registry.example/a/b:1", "registry.example/a/b:1", "registry.example", "a/b:1"],
  ["registry.example/a@sha256:00", "registry.example/a@sha256:00", "registry.example", "a@sha256:00"],
])("%s is complete as %s, from %s", (reference, complete, registry, rest) => {
  expect(withDefaultTag(reference)).toBe(complete);
  expect(registryOf(reference)).toBe(registry);
  expect(withoutRegistry(reference)).toBe(rest);
});
