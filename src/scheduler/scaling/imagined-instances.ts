import type { LiveInstance } from "../../store/live-instances.ts";
import type { PresentInstances } from "./scale-out.ts";

/** The instances of an environment as they would be without those, none of which boots: to ask what would be launched then. */
export function withoutInstances(
  { vcpuMillis, all, booting, idle }: PresentInstances,
  gone: readonly LiveInstance[],
): PresentInstances {
  return {
    vcpuMillis: gone.reduce((sum, { instance }) => sum - instance.resources.vcpuMillis, vcpuMillis),
    all: { size: all.size - gone.length },
    booting,
    // There may be many, and nobody asks for them but a multi-node job.
    idle: {
      keys() {
        const isGone = new Set(gone);
        return [...idle.keys()].filter((live) => !isGone.has(live));
      },
    },
  };
}
