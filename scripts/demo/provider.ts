import { existsSync } from "node:fs";
import { chooseEngineAddress, describeEngineAddress } from "../../src/providers/docker/engine-address.ts";
import { connectEngine } from "../../src/providers/docker/engine-client.ts";
import type { DockerEngine } from "../../src/providers/docker/docker-engine.ts";

/** The image of the demo's jobs: it has a shell, and little else. */
export const DEMO_IMAGE = "busybox:latest";

/** What runs the jobs of the demo, and why that. */
export interface ProviderChoice {
  readonly provider: "docker" | "process";
  readonly because: string;
}

const ANSWER_MS_MAX = 2_000;
const PULL_MS_MAX = 20_000;

/** Containers where an engine answers and has the image or gets it soon; else plain processes. */
export async function chooseProvider(): Promise<ProviderChoice> {
  const choice = chooseEngineAddress({ environment: process.env, exists: existsSync });
  if ("problem" in choice) return { provider: "process", because: choice.problem };
  const place = describeEngineAddress(choice.address);
  await using engine = connectEngine(choice.address);
  try {
    const { product, version } = await engine.describe(AbortSignal.timeout(ANSWER_MS_MAX));
    const name = `${product} ${version} at ${place}`;
    const problem = await obtainImage(engine);
    if (problem === undefined)
      return { provider: "docker", because: `${name} answers and has ${DEMO_IMAGE}` };
    return { provider: "process", because: `${name} answers, but ${DEMO_IMAGE} cannot be had: ${problem}` };
  } catch {
    return { provider: "process", because: `no container engine answers at ${place}` };
  }
}

async function obtainImage(engine: DockerEngine): Promise<string | undefined> {
  const signal = AbortSignal.timeout(PULL_MS_MAX);
  try {
    if ((await engine.inspectImage(DEMO_IMAGE, signal)) === undefined) {
      await engine.pullImage(DEMO_IMAGE, () => undefined, signal);
    }
    return undefined;
  } catch (error) {
    if (signal.aborted) return `it did not come within ${PULL_MS_MAX / 1000} s`;
    return error instanceof Error ? error.message : String(error);
  }
}
