import type { Logs } from "../logs/logs.ts";
import type { EngineAddress } from "../providers/docker/engine-address.ts";
import type { Provider, ProviderName } from "../providers/provider.ts";
import type { Store } from "../store/store.ts";
import type { ServerConfig } from "./config.ts";
import { DataFolderError } from "./data-folder.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

const SETTING = "provider";

export interface ProviderParts {
  readonly config: ServerConfig;
  readonly folder: DataFolder;
  readonly store: Store;
  readonly logs: Logs;
  readonly logger: Logger;
  /** For the processes of jobs, which do not take over the server's own. */
  readonly jobUmask: number;
  /** Told where the engine is, where containers of one are used. */
  readonly onEngine?: (address: EngineAddress) => void;
  /** Told what was seen of the disk. */
  readonly metrics?: Pick<Metrics, "diskSeen">;
}

/**
 * Opens the provider of the data folder. What runs its jobs is decided once and recorded there, so that a job meant for
 * containers never falls back to processes of the host.
 *
 * 1. What the folder has recorded holds; asking for another is refused.
 * 2. What was asked for by `--provider`.
 * 3. Docker where an engine is named or answers.
 * 4. Processes where this machine can run them as jobs; else none, and jobs wait.
 */
export async function openProvider(parts: ProviderParts): Promise<Provider> {
  const { config, folder, store } = parts;
  const recorded = await store.readSetting(SETTING);
  if (recorded !== undefined && !isKnown(recorded)) {
    throw new DataFolderError(
      `the data folder ${folder.path} runs its jobs with the provider ${recorded}, which this version does not have; ` +
        `start the version that has it, or give this one a folder of its own with --data`,
    );
  }
  if (recorded !== undefined && config.provider !== "auto" && config.provider !== recorded) {
    throw new DataFolderError(
      `the data folder ${folder.path} runs its jobs with the provider ${recorded}: leave --provider out, or give ` +
        `${config.provider} a folder of its own with --data`,
    );
  }
  const chosen = recorded ?? (config.provider === "auto" ? undefined : config.provider);
  const provider = await open(parts, chosen);
  const isNew = recorded === undefined && provider.name !== "none";
  if (isNew) await store.commit([{ kind: "setting-put", name: SETTING, value: provider.name }]);
  return provider;
}

type RunningProviderName = Exclude<ProviderName, "simulated" | "none">;

function isKnown(name: string): name is RunningProviderName {
  return name === "docker" || name === "process";
}

/** Each is loaded only where it may be used: who runs processes need not hold the other in memory. */
async function open(parts: ProviderParts, chosen: RunningProviderName | undefined): Promise<Provider> {
  if (chosen !== "process") {
    const { openDockerProvider } = await import("./open-docker-provider.ts");
    const docker = await openDockerProvider(parts, { isAsked: chosen === "docker" });
    if (docker !== undefined) return docker;
  }
  const { openProcessProvider } = await import("./open-process-provider.ts");
  return openProcessProvider(parts, { isAsked: chosen === "process" });
}
