import { isLocalOnly, LOCAL_HOST } from "../../batch/instance-type.ts";
import { fitsIn } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import type { InstanceShape } from "../../scheduler/scaling/instance-supply.ts";
import type { WaitReason } from "../../scheduler/wait-reason.ts";
import type { Course, PlainSupply, PlannedLaunch } from "./plain-scheduler.ts";
import type {
  Snapshot,
  SnapshotEnvironment,
  SnapshotInstance,
  SnapshotJob,
  SnapshotQueue,
} from "./snapshot.ts";

export interface LaunchFacts {
  readonly queue: SnapshotQueue;
  readonly environment: SnapshotEnvironment;
  readonly job: SnapshotJob;
  readonly supply: PlainSupply;
}

/**
 * What an environment that has no room for a job does about it, while the host has: it launches an instance, one for each
 * node that has none, all or nothing.
 *
 * An environment that is the host itself has that as its only instance. Instances that boot already are waited for.
 *
 * @returns why nothing was launched, if so.
 */
export function launchFor(
  course: Course,
  facts: LaunchFacts,
): { readonly course: Course; readonly because?: WaitReason } {
  const { environment, job } = facts;
  const present = course.snapshot.instances.filter(
    ({ computeEnvironmentArn }) => computeEnvironmentArn === environment.computeEnvironment.arn,
  );
  const coming = present.filter(({ isLeaving, isBooting, isEmpty }) =>
    job.nodeResources === undefined ? isBooting && !isLeaving : isEmpty && !isLeaving,
  );
  if (isHost(environment)) {
    const isStarting = present.some(({ isBooting, isLeaving }) => isBooting && !isLeaving);
    if (present.length > 0)
      return { course, because: isStarting ? "instances-starting" : "environments-full" };
    return { course: withLaunches(course, facts, [hostShape(course.snapshot, environment)]) };
  }
  const missing = withoutInstance(coming, job.nodeResources ?? [job.resources], job);
  if (missing.length === 0) return { course, because: "instances-starting" };
  const shapes = chooseFor(missing, present, facts, course.snapshot.nowMs);
  if (typeof shapes === "string") return { course, because: shapes };
  return { course: withLaunches(course, facts, shapes) };
}

/** Those of the needs for which no instance is there or on its way. Nodes do not share one. */
function withoutInstance(
  coming: readonly SnapshotInstance[],
  needs: readonly Resources[],
  { nodeResources }: SnapshotJob,
): readonly Resources[] {
  let left = coming;
  return needs.filter((resources) => {
    const found = left.find(({ free }) => fitsIn(resources, free));
    if (nodeResources !== undefined) left = left.filter((instance) => instance !== found);
    return found === undefined;
  });
}

/** What the environment's strategy makes of each need, or why it has nothing for one of them. */
function chooseFor(
  needs: readonly Resources[],
  present: readonly SnapshotInstance[],
  { queue, environment: { computeEnvironment }, job, supply }: LaunchFacts,
  nowMs: number,
): readonly InstanceShape[] | WaitReason {
  const maxVcpuMillis = 1000 * (computeEnvironment.computeResources?.maxvCpus ?? Infinity);
  const askedFor = queue.jobs.reduce((sum, { resources }) => sum + resources.vcpuMillis, 0);
  const onItsWay = present
    .filter(({ isBooting, isLeaving }) => isBooting && !isLeaving)
    .reduce((sum, { free }) => sum + free.vcpuMillis, 0);
  const demand = Math.max(job.resources.vcpuMillis, askedFor - onItsWay);
  const chooseBeside = (
    others: readonly SnapshotInstance[],
    wanted: readonly Resources[],
    demandVcpuMillis = demand,
  ): readonly InstanceShape[] | WaitReason => {
    let shapes: readonly InstanceShape[] = [];
    for (const resources of wanted) {
      const vcpuMillis = [...others, ...shapes].reduce((sum, one) => sum + one.resources.vcpuMillis, 0);
      const need = { resources, demandVcpuMillis, vcpuMillisLeft: maxVcpuMillis - vcpuMillis };
      const chosen = supply.choose(computeEnvironment, need, nowMs);
      // The first may be too large for the others to have one: then they are as small as can be.
      if (chosen === "environments-full" && demandVcpuMillis > 0) return chooseBeside(others, wanted, 0);
      if (typeof chosen === "string") return chosen;
      shapes = [...shapes, chosen];
    }
    return shapes;
  };
  const chosen = chooseBeside(present, needs);
  if (chosen !== "environments-full") return chosen;
  const all = chooseBeside([], job.nodeResources ?? [job.resources]);
  return all === "environments-full" ? "exceeds-environments" : "environments-full";
}

/** UNMANAGED, or of no instance type but `local.host`. */
function isHost({ computeEnvironment: { computeResources } }: SnapshotEnvironment): boolean {
  const instanceTypes = computeResources?.instanceTypes ?? [];
  return instanceTypes.length === 0 || isLocalOnly(instanceTypes);
}

/** All that the host has, but no more vCPUs than the environment may have. */
function hostShape({ host }: Snapshot, { computeEnvironment }: SnapshotEnvironment): InstanceShape {
  const maxVcpuMillis = 1000 * (computeEnvironment.computeResources?.maxvCpus ?? Infinity);
  const resources = { ...host, vcpuMillis: Math.min(host.vcpuMillis, maxVcpuMillis) };
  return { instanceType: LOCAL_HOST, resources };
}

/** The course on which these were launched: the last in the order of launch. */
function withLaunches(
  { snapshot, plan }: Course,
  { environment, supply }: LaunchFacts,
  shapes: readonly InstanceShape[],
): Course {
  const { arn: computeEnvironmentArn } = environment.computeEnvironment;
  const instances = shapes.map(({ instanceType, resources }, index): SnapshotInstance => {
    const instanceId = `launch-${plan.launches.length + index + 1}`;
    const fresh = { isBooting: supply.bootMs > 0, isLeaving: false, isEmpty: true };
    return { instanceId, computeEnvironmentArn, instanceType, resources, free: resources, ...fresh };
  });
  const launches = instances.map(({ instanceId, instanceType }): PlannedLaunch => {
    return { instanceId, computeEnvironmentArn, instanceType };
  });
  return {
    plan: { ...plan, launches: [...plan.launches, ...launches] },
    snapshot: { ...snapshot, instances: [...snapshot.instances, ...instances] },
  };
}
