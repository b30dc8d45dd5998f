import type { EnvironmentInstances, LiveInstance } from "../../store/live-instances.ts";

/** The instances of an environment as they would be without those: to ask what would be launched then, not for room. */
export function withoutInstances(
  present: EnvironmentInstances,
  gone: Iterable<LiveInstance>,
): EnvironmentInstances {
  const all = new Map(present.all);
  const booting = new Set(present.booting);
  const leaving = new Set(present.leaving);
  const idle = new Map(present.idle);
  let { vcpuMillis } = present;
  for (const live of gone) {
    if (!all.delete(live.instance.instanceId)) continue;
    booting.delete(live);
    leaving.delete(live);
    idle.delete(live);
    vcpuMillis -= live.instance.resources.vcpuMillis;
  }
  return { vcpuMillis, all, booting, leaving, idle, findRoom: () => undefined };
}
