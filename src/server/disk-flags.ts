import type { Option } from "commander";
import { integerBetween, option } from "./option-kit.ts";

/** How much of the disk may be taken. */
export const DISK_OPTIONS: readonly Option[] = [
  option(
    "--log-disk-limit <MiB>",
    "disk that all logs together may take",
    integerBetween(16, 1_073_741_824),
    10_240,
  ),
  option(
    "--job-log-limit <MiB>",
    "disk that the log of one job may take",
    integerBetween(1, 1_073_741_824),
    1_024,
  ),
  option(
    "--disk-limit <MiB>",
    "disk that images, what jobs write, and logs may take together: unused images go, and new jobs wait; default: none",
    integerBetween(64, 1_073_741_824),
  ),
  option(
    "--disk-reserve <MiB>",
    "disk that is kept free: unused images go, and new jobs wait; default: 5 % of the file system, at most 2048",
    integerBetween(0, 1_073_741_824),
  ),
];
