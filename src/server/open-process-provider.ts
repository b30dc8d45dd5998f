import { join } from "node:path";
import { hostCapacity } from "../providers/host-capacity.ts";
import { NoneProvider } from "../providers/none/none-provider.ts";
import { ProcessProvider } from "../providers/process/process-provider.ts";
import { isProcessProviderSupported } from "../providers/process/support.ts";
import type { Provider } from "../providers/provider.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { DataFolderError } from "./data-folder.ts";
import { createDiskOptions } from "./disk-options.ts";
import type { ProviderParts } from "./open-provider.ts";

/** Processes of this machine. Where it cannot run them as jobs and nobody asked for them, jobs wait. */
export async function openProcessProvider(
  parts: ProviderParts,
  { isAsked }: { readonly isAsked: boolean },
): Promise<Provider> {
  const { config, folder, logs, logger, jobUmask } = parts;
  const support = isProcessProviderSupported();
  if (!support.ok) {
    if (isAsked) throw new DataFolderError(`the provider process cannot be used here: ${support.reason}`);
    logger.warn(
      `jobs cannot run here and wait in RUNNABLE: no container engine answers, and ${support.reason}`,
    );
    return new NoneProvider();
  }
  logger.info(
    { provider: "process" },
    "jobs run as plain processes of this machine; their images are not used",
  );
  return new ProcessProvider({
    dir: join(folder.path, "process"),
    logs,
    clock: SYSTEM_CLOCK,
    umask: jobUmask,
    capacity: hostCapacity(config),
    disk: createDiskOptions(parts),
  });
}
