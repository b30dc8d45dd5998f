import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { DockerEngine } from "../providers/docker/docker-engine.ts";
import { DockerProvider } from "../providers/docker/docker-provider.ts";
import { chooseEngineAddress, describeEngineAddress } from "../providers/docker/engine-address.ts";
import { connectEngine } from "../providers/docker/engine-client.ts";
import { findRegistryAuth } from "../providers/docker/registry-auth.ts";
import type { RegistryAuth } from "../providers/docker/registry-auth.ts";
import type { Provider } from "../providers/provider.ts";
import { capacityPolicy } from "./capacity-policy.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { DataFolderError } from "./data-folder.ts";
import type { Logger } from "./logger.ts";
import type { ProviderParts } from "./open-provider.ts";

/** An engine that takes longer to answer is taken for one that is not there, where nobody asked for it. */
const ENGINE_ANSWER_MS_MAX = 2_000;

/**
 * Containers of the engine that the configuration or the environment names, or that is found. One that was asked for
 * and is away is waited for; where nobody asked, undefined says that none answers.
 */
export async function openDockerProvider(
  { config, folder, logs, logger }: ProviderParts,
  { isAsked }: { readonly isAsked: boolean },
): Promise<Provider | undefined> {
  const { dockerHost, dockerNetwork, imageMap, jobLogLimitMiB } = config;
  const choice = chooseEngineAddress({ dockerHost, environment: process.env, exists: existsSync });
  if ("problem" in choice) throw new DataFolderError(choice.problem);
  const engine = connectEngine(choice.address);
  const problem = isAsked ? undefined : await problemOf(engine);
  if (problem !== undefined) {
    await engine[Symbol.asyncDispose]();
    const where = describeEngineAddress(choice.address);
    logger.info({ engine: where, reason: problem }, "jobs do not run as containers");
    return undefined;
  }
  logger.info(
    { provider: "docker", engine: describeEngineAddress(choice.address) },
    "jobs run as containers",
  );
  return new DockerProvider({
    engine,
    dir: join(folder.path, "docker"),
    logs,
    clock: SYSTEM_CLOCK,
    capacity: capacityPolicy(config),
    network: dockerNetwork,
    imageMap,
    registryAuth: readRegistryAuth,
    jobLogBytesMax: jobLogLimitMiB * 1_048_576,
    onEngineChange: tellOutages(logger),
  });
}

/** Why the engine is not there for us; undefined where it answers. */
function problemOf(engine: DockerEngine): Promise<string | undefined> {
  return engine.describe(AbortSignal.timeout(ENGINE_ANSWER_MS_MAX)).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

/** Tells when the engine goes and when it is back, but not of each trial in between. */
function tellOutages(logger: Logger): (outage: string | undefined) => void {
  let wasAway = false;
  return (outage) => {
    const isAway = outage !== undefined;
    if (isAway === wasAway) return;
    wasAway = isAway;
    if (isAway) logger.warn({ reason: outage }, "the container engine is away: new jobs wait");
    else logger.info("the container engine is there again");
  };
}

/** Read anew for each pull, so that `docker login` takes effect at once. */
function readRegistryAuth(reference: string): RegistryAuth {
  const folder = process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker");
  const file = join(folder, "config.json");
  return findRegistryAuth(existsSync(file) ? readFileSync(file, "utf8") : undefined, reference);
}
