import { join } from "node:path";
import type { Logs } from "../logs/logs.ts";
import { hostCapacity } from "../providers/host-capacity.ts";
import { NoneProvider } from "../providers/none/none-provider.ts";
import { ProcessProvider } from "../providers/process/process-provider.ts";
import { isProcessProviderSupported } from "../providers/process/support.ts";
import type { Provider, ProviderName } from "../providers/provider.ts";
import type { Store } from "../store/store.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import type { ServerConfig } from "./config.ts";
import { DataFolderError } from "./data-folder.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Logger } from "./logger.ts";

const SETTING = "provider";

export interface ProviderParts {
  readonly config: ServerConfig;
  readonly folder: DataFolder;
  readonly store: Store;
  readonly logs: Logs;
  readonly logger: Logger;
}

/**
 * Opens the provider of the data folder. `--provider auto` is decided once and recorded there, so that a job meant for
 * containers never falls back to processes of the host.
 */
export async function openProvider(parts: ProviderParts): Promise<Provider> {
  const { config, folder, store, logs, logger } = parts;
  const recorded = await store.readSetting(SETTING);
  if (recorded !== undefined && config.provider !== "auto" && recorded !== config.provider) {
    throw new DataFolderError(
      `the data folder ${folder.path} runs its jobs with the provider ${recorded}; ` +
        `start without --provider, or with another folder for ${config.provider}`,
    );
  }
  const support = isProcessProviderSupported();
  if (!support.ok) {
    if (config.provider === "process") {
      throw new DataFolderError(`the provider process cannot be used here: ${support.reason}`);
    }
    logger.warn(`jobs cannot run here and wait in RUNNABLE: ${support.reason}`);
    return new NoneProvider();
  }
  const name: ProviderName = "process";
  if (recorded === undefined) await store.commit([{ kind: "setting-put", name: SETTING, value: name }]);
  logger.info({ provider: name }, "jobs run as plain processes of this machine; their images are not used");
  return new ProcessProvider({
    dir: join(folder.path, "process"),
    logs,
    clock: SYSTEM_CLOCK,
    capacity: hostCapacity({
      vcpuOvercommit: config.vcpuOvercommit,
      memoryReserveMiB: config.memoryReserveMiB,
    }),
  });
}
