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

/** What `auto` decides for: the only provider that there is so far. */
const NAME: ProviderName = "process";

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
  if (recorded !== undefined && recorded !== NAME) {
    throw new DataFolderError(
      `the data folder ${folder.path} runs its jobs with the provider ${recorded}, which this version does not have; ` +
        `start the version that has it, or give this one a folder of its own with --data`,
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
  if (recorded === undefined) await store.commit([{ kind: "setting-put", name: SETTING, value: NAME }]);
  logger.info({ provider: NAME }, "jobs run as plain processes of this machine; their images are not used");
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
