import type { CapacityPolicy } from "../providers/host-capacity.ts";
import type { ServerConfig } from "./config.ts";

/** What the configuration promises of a host. */
export function capacityPolicy({ vcpuOvercommit, memoryReserveMiB }: ServerConfig): CapacityPolicy {
  return { vcpuOvercommit, memoryReserveMiB };
}
