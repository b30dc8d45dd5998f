import type { TaskContainerDependency, TaskContainerProperties } from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import { Refusal } from "./refusal.ts";

/**
 * Checks which containers of a task wait for which (specification 4.12).
 *
 * `START` waits until the other runs, `COMPLETE` until it has exited, `SUCCESS` until it has exited with 0. The task ends
 * with an essential container, so nothing can wait for the end of one.
 *
 * Order: container by container, entry by entry; then that nothing waits for itself by way of others. AWS's texts, as
 * recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch); those with a path are ours.
 */
export function checkContainerDependencies(
  containers: readonly TaskContainerProperties[],
  path: string,
): Refusal | undefined {
  if (containers.length === 1 && (containers[0]?.dependsOn ?? []).length > 0) {
    return Refusal.wrapped("Container dependency can not be used in a single-container job.");
  }
  return (
    firstRefusal(containers, ({ dependsOn = [] }, index) =>
      firstRefusal(dependsOn, (dependency, at) =>
        checkDependency(dependency, containers, `${path}[${index}].dependsOn[${at}]`),
      ),
    ) ?? checkCycles(containers, path)
  );
}

const CONDITIONS: readonly string[] = ["START", "COMPLETE", "SUCCESS"];

function checkDependency(
  { containerName, condition }: TaskContainerDependency,
  containers: readonly TaskContainerProperties[],
  path: string,
): Refusal | undefined {
  if (containerName === undefined) return Refusal.bare(`${path}.containerName is required`);
  if (condition === undefined) return Refusal.bare(`${path}.condition is required`);
  if (!CONDITIONS.includes(condition)) {
    return Refusal.wrapped(
      `TaskContainer dependency ${condition} is not valid. Valid values are: [${CONDITIONS.join(", ")}]`,
    );
  }
  const target = containers.find(({ name }) => name === containerName);
  if (target === undefined) {
    return Refusal.wrapped(`containerName ${containerName} must reference a defined container.`);
  }
  if (condition === "START" || target.essential === false) return undefined;
  return Refusal.wrapped(
    `The container target of a dependency can not have condition ${condition} if the target is essential`,
  );
}

/** Lets containers start for as long as any can; those that are left wait for each other. */
function checkCycles(containers: readonly TaskContainerProperties[], path: string): Refusal | undefined {
  let waiting = containers;
  for (;;) {
    const names = new Set(waiting.map(({ name }) => name));
    const stillWaiting = waiting.filter(({ dependsOn = [] }) =>
      dependsOn.some(({ containerName }) => names.has(containerName)),
    );
    if (stillWaiting.length === 0) return undefined;
    if (stillWaiting.length === waiting.length) {
      const left = waiting.map(({ name }) => name).join(", ");
      return Refusal.bare(`${path} must not wait for each other in a circle, got ${left}`);
    }
    waiting = stillWaiting;
  }
}
