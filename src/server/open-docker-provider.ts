import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isSystemError } from "../lib/system-error.ts";
import type { DockerEngine } from "../providers/docker/docker-engine.ts";
import { DockerProvider } from "../providers/docker/docker-provider.ts";
import { chooseEngineAddress, describeEngineAddress } from "../providers/docker/engine-address.ts";
import type { EngineAddress } from "../providers/docker/engine-address.ts";
import { connectEngine } from "../providers/docker/engine-client.ts";
import { findEngine } from "../providers/docker/find-engine.ts";
import { findRegistryAuth } from "../providers/docker/registry-auth.ts";
import type { RegistryAuth } from "../providers/docker/registry-auth.ts";
import type { Provider } from "../providers/provider.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { DataFolderError } from "./data-folder.ts";
import { createDiskOptions } from "./disk-options.ts";
import type { Logger } from "./logger.ts";
import type { ProviderParts } from "./open-provider.ts";

/** The engine that was found, as in `DOCKER_HOST`. */
const SETTING = "engine";

/**
 * Containers of an engine; undefined where nobody asked for them and no engine answers.
 *
 * 1. The engine that the configuration or the environment names. Naming one asks for containers.
 * 2. The one that was found before, which may have jobs of ours.
 * 3. The first that answers of those in the usual places.
 *
 * One that is named, was found before, or was asked for is waited for while it is away.
 */
export async function openDockerProvider(
  parts: ProviderParts,
  { isAsked }: { readonly isAsked: boolean },
): Promise<Provider | undefined> {
  const { config, folder, logs, logger } = parts;
  const { dockerNetwork, imageMap, efsMap, jobLogLimitMiB } = config;
  const chosen = await chooseEngine(parts, isAsked);
  if (chosen === undefined) return undefined;
  parts.onEngine?.(chosen.address);
  const place = describeEngineAddress(chosen.address);
  logger.info({ provider: "docker", engine: place, because: chosen.because }, "jobs run as containers");
  return new DockerProvider({
    engine: chosen.engine ?? connectEngine(chosen.address),
    dir: join(folder.path, "docker"),
    logs,
    clock: SYSTEM_CLOCK,
    capacity: config,
    network: dockerNetwork,
    imageMap,
    fileSystems: efsMap,
    registryAuth: readRegistryAuth,
    jobLogBytesMax: jobLogLimitMiB * 1_048_576,
    disk: createDiskOptions(parts),
    onEngineChange: tellOutages(logger),
  });
}

interface ChosenEngine {
  readonly address: EngineAddress;
  /** Where it is connected already. */
  readonly engine?: DockerEngine;
  /** A sentence for the log. */
  readonly because: string;
}

async function chooseEngine(
  { config, store, logger }: ProviderParts,
  isAsked: boolean,
): Promise<ChosenEngine | undefined> {
  const recorded = await store.readSetting(SETTING);
  const choice = chooseEngineAddress({
    dockerHost: config.dockerHost,
    recorded,
    environment: process.env,
    homeDir: homedir(),
    exists: existsSync,
  });
  if ("problem" in choice) throw new DataFolderError(choice.problem);
  if ("address" in choice) {
    const named = describeEngineAddress(choice.address);
    if (recorded !== undefined && recorded !== named) {
      const fields = { engine: named, because: `${choice.namedBy} names it`, before: recorded };
      logger.warn(fields, "another engine than before: jobs that still run in the earlier one are not seen");
    }
    return { ...choice, because: `${choice.namedBy} names the engine` };
  }

  const found = await findEngine(choice.addresses);
  if (!("failures" in found)) {
    const value = describeEngineAddress(found.address);
    await store.commit([{ kind: "setting-put", name: SETTING, value }]);
    return { ...found, because: "it is the first engine that answers" };
  }
  const [address] = choice.addresses;
  if (isAsked) return { address, because: "no engine answers yet: this one is waited for" };
  for (const { address: tried, error } of found.failures) {
    const fields = { engine: describeEngineAddress(tried), reason: error.message };
    logger.info(fields, "jobs do not run as containers");
  }
  return undefined;
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
export function readRegistryAuth(reference: string): RegistryAuth {
  const folder = process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker");
  const file = join(folder, "config.json");
  if (!existsSync(file)) return {};
  try {
    return findRegistryAuth(readFileSync(file, "utf8"), reference);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { problem: `${file} cannot be read: ${error.message}` };
  }
}
