import type {
  EcsProperties,
  EcsPropertiesOverride,
  TaskContainerOverrides,
  TaskContainerProperties,
} from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import { mapOrRefusal } from "./map-or-refusal.ts";
import { checkOverridingMembers, mergeMembers } from "./overrides.ts";
import { substituteParameters } from "./parameters.ts";
import type { Parameters } from "./parameters.ts";
import { Refusal } from "./refusal.ts";

/**
 * The task with the overrides on it (specification 4.4): each entry is for the container of its name, and merges into it
 * as `containerOverrides` do. The name can be left out where the task has one container.
 */
export function applyEcsOverride(
  properties: EcsProperties,
  override: EcsPropertiesOverride,
  path: string,
): EcsProperties | Refusal {
  const containers = properties.taskProperties[0]?.containers ?? [];
  const refusal = checkEcsOverride(override, containers, path);
  if (refusal !== undefined) return refusal;

  const overrides = override.taskProperties?.[0]?.containers ?? [];
  return mapContainers(properties, (container) =>
    overrides
      .filter(({ name = container.name }) => name === container.name)
      .reduce<TaskContainerProperties>((own, one) => ({ ...own, ...mergeMembers(own, one) }), container),
  );
}

/** The task with values in the place of the references in its commands. */
export function substituteInTask(properties: EcsProperties, parameters: Parameters): EcsProperties | Refusal {
  return mapContainers(properties, (container) => {
    const command = substituteParameters(container.command ?? [], parameters);
    return command instanceof Refusal ? command : { ...container, command };
  });
}

function checkEcsOverride(
  { taskProperties = [] }: EcsPropertiesOverride,
  containers: readonly TaskContainerProperties[],
  path: string,
): Refusal | undefined {
  if (taskProperties.length > 1) {
    return Refusal.bare(`${path}.taskProperties must have at most 1 entry, got ${taskProperties.length}`);
  }
  return firstRefusal(taskProperties[0]?.containers ?? [], (one, index) => {
    const at = `${path}.taskProperties[0].containers[${index}]`;
    return checkTarget(one, containers, at) ?? checkOverridingMembers(one, at);
  });
}

function checkTarget(
  { name }: TaskContainerOverrides,
  containers: readonly TaskContainerProperties[],
  path: string,
): Refusal | undefined {
  if (name === undefined) {
    return containers.length === 1 ? undefined : Refusal.bare(`${path}.name is required`);
  }
  if (containers.some((container) => container.name === name)) return undefined;
  return Refusal.bare(`${path}.name must name a container of the job definition, got ${name}`);
}

function mapContainers(
  { taskProperties }: EcsProperties,
  change: (container: TaskContainerProperties) => TaskContainerProperties | Refusal,
): EcsProperties | Refusal {
  const changed = mapOrRefusal(taskProperties, (task) => {
    const containers = mapOrRefusal(task.containers, change);
    return containers instanceof Refusal ? containers : { ...task, containers };
  });
  return changed instanceof Refusal ? changed : { taskProperties: changed };
}
