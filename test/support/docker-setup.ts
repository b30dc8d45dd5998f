import type { TestProject } from "vitest/node";
import { DockerTestEngine } from "./docker-engine.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** As in `DOCKER_HOST`; empty where this machine cannot have a container engine. */
    readonly dockerHost: string;
  }
}

/** One engine for all tests of the project `docker`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const engine = await DockerTestEngine.find();
  if (!(engine instanceof DockerTestEngine)) {
    process.stderr.write(`SKIPPED: the tests that need a container engine: missing is ${engine.missing}\n`);
    project.provide("dockerHost", "");
    return () => Promise.resolve();
  }
  project.provide("dockerHost", engine.dockerHost);
  return () => engine[Symbol.asyncDispose]();
}
