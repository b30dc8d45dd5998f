import type { DiskOptions, DiskReport } from "../providers/disk-watch.ts";
import type { ProviderParts } from "./open-provider.ts";

const MIB = 1_048_576;

/** What the provider is told of the disk; what it sees and does there is logged. */
export function createDiskOptions(parts: ProviderParts): DiskOptions {
  const { config, folder, logs, logger, metrics } = parts;
  const { diskLimitMiB, diskReserveMiB } = config;
  const tell = tellShortages(parts);
  return {
    ...(diskLimitMiB !== undefined && { limitBytes: diskLimitMiB * MIB }),
    ...(diskReserveMiB !== undefined && { reserveBytes: diskReserveMiB * MIB }),
    dataDir: folder.path,
    logBytes: () => logs.diskBytes,
    onLook(report) {
      tell(report);
      metrics?.diskSeen(report);
    },
    onImageRemoved: (image, bytes) =>
      logger.info({ image, bytes }, "an image that no job uses was removed to make room"),
  };
}

function tellShortages({ logger }: Pick<ProviderParts, "logger">): (report: DiskReport) => void {
  let wasShort = false;
  return ({ shortage }) => {
    const isShort = shortage !== undefined;
    if (isShort === wasShort) return;
    wasShort = isShort;
    if (isShort) logger.warn({ reason: shortage }, "new jobs wait for room on the disk");
    else logger.info("there is room on the disk again");
  };
}
