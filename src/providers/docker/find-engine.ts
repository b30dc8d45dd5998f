import type { DockerEngine, EngineDescription } from "./docker-engine.ts";
import type { EngineAddress } from "./engine-address.ts";
import { connectEngine } from "./engine-client.ts";

export interface FoundEngine {
  readonly address: EngineAddress;
  readonly engine: DockerEngine;
  readonly description: EngineDescription;
}

/** Why an engine is not there for us. */
export interface EngineFailure {
  readonly address: EngineAddress;
  readonly error: Error;
}

/** One that takes longer to answer is taken for one that is not there. */
const ANSWER_MS_MAX = 2_000;

/** Connects to the first engine that answers: each is asked in turn. Else says of each what was wrong. */
export async function findEngine(
  addresses: readonly EngineAddress[],
): Promise<FoundEngine | { readonly failures: readonly EngineFailure[] }> {
  const failures: EngineFailure[] = [];
  for (const address of addresses) {
    const answer = await tryEngine(address);
    if (!("error" in answer)) return answer;
    failures.push(answer);
  }
  return { failures };
}

async function tryEngine(address: EngineAddress): Promise<FoundEngine | EngineFailure> {
  let engine: DockerEngine | undefined;
  try {
    // Reads the files of TLS.
    engine = connectEngine(address);
    return { address, engine, description: await engine.describe(AbortSignal.timeout(ANSWER_MS_MAX)) };
  } catch (error) {
    await engine?.[Symbol.asyncDispose]();
    return { address, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
