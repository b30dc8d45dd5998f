import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { chooseEngineAddress, describeEngineAddress } from "../../src/providers/docker/engine-address.ts";
import { findEngine } from "../../src/providers/docker/find-engine.ts";
import type { DockerEngine } from "../../src/providers/docker/docker-engine.ts";

/** The image of the demo's jobs: it has a shell, and little else. */
export const DEMO_IMAGE = "busybox:latest";

/** What runs the jobs of the demo, and why that. */
export interface ProviderChoice {
  readonly provider: "docker" | "process";
  readonly because: string;
}

const PULL_MS_MAX = 20_000;

/** Containers where an engine answers and has the image or gets it soon; else plain processes. */
export async function chooseProvider(): Promise<ProviderChoice> {
  const choice = chooseEngineAddress({
    environment: process.env,
    homeDir: homedir(),
    exists: existsSync,
  });
  if ("problem" in choice) return { provider: "process", because: choice.problem };
  const addresses = "address" in choice ? [choice.address] : choice.addresses;
  const found = await findEngine(addresses);
  if ("failures" in found) {
    const places = addresses.map(describeEngineAddress).join(" or ");
    return { provider: "process", because: `no container engine answers at ${places}` };
  }
  await using engine = found.engine;
  const { product, version } = found.description;
  const name = `${product} ${version} at ${describeEngineAddress(found.address)}`;
  const problem = await obtainImage(engine);
  if (problem === undefined) return { provider: "docker", because: `${name} answers and has ${DEMO_IMAGE}` };
  return { provider: "process", because: `${name} answers, but ${DEMO_IMAGE} cannot be had: ${problem}` };
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
