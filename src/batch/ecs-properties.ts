import type { EcsProperties, EcsTaskProperties, TaskContainerProperties } from "../model/batch.ts";
import { checkContainerDependencies } from "./container-dependencies.ts";
import { checkContainerMembers, checkImage } from "./container-members.ts";
import { normaliseTask } from "./container-normal-form.ts";
import { checkTaskPlatform } from "./ecs-task-platform.ts";
import { firstRefusal } from "./first-refusal.ts";
import type { Platform } from "./platform.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";
import { checkTaskSize, parseContainerResources } from "./resource-requirements.ts";
import { addResources, NO_RESOURCES } from "./resources.ts";
import type { Resources } from "./resources.ts";
import { checkMountPoints, checkVolumes } from "./volumes.ts";

const CONTAINERS_MAX = 10;
const TIMEOUT_MIN_SECONDS = 2;
const FARGATE_TIMEOUT_MAX_SECONDS = 120;

/**
 * Reads `ecsProperties`: one task of one to ten containers, checked for its platform, then in the form in which AWS
 * returns it (specification 1.8, 4.12).
 *
 * Order: the number of tasks and containers, container by container, the sum of their resources, how they wait for each
 * other, then the task's own members. AWS's texts, as recorded in https://github.com/badmintoncryer/cdk-preflight
 * (rules/batch); those with a path are ours.
 *
 * @param path where the properties stand in the request, as in `ecsProperties`.
 */
export function parseEcsProperties(
  properties: EcsProperties,
  platform: Platform,
  path: string,
): EcsProperties | Refusal {
  const [task, ...others] = properties.taskProperties;
  if (task === undefined || others.length > 0) {
    const count = properties.taskProperties.length;
    return Refusal.bare(`${path}.taskProperties must have exactly 1 entry, got ${count}`);
  }
  const at = `${path}.taskProperties[0]`;
  const refusal = checkContainers(task, platform, `${at}.containers`);
  if (refusal !== undefined) return refusal;
  const resources = ecsResources(properties, platform, path);
  if (resources instanceof Refusal) return resources;
  return (
    checkContainerDependencies(task.containers, `${at}.containers`) ??
    checkTaskPlatform(task, platform, at) ??
    checkTaskModes(task) ??
    checkTaskVolumes(task, platform, at) ?? { taskProperties: [normaliseTask(task, platform)] }
  );
}

/** What a task asks for: the sum over its containers, which on Fargate has to be a size that there is. */
export function ecsResources(
  { taskProperties }: EcsProperties,
  platform: Platform,
  path: string,
): Resources | Refusal {
  let sum = NO_RESOURCES;
  for (const [index, container] of (taskProperties[0]?.containers ?? []).entries()) {
    const at = `${path}.taskProperties[0].containers[${index}]`;
    const resources = parseContainerResources(container, platform, at);
    if (resources instanceof Refusal) return resources;
    sum = addResources(sum, resources);
  }
  return checkTaskSize(sum, platform) ?? sum;
}

const CONTAINER_NAME = /^[A-Za-z0-9_-]{1,255}$/;
/** `user`, `user:group` and the same with ids. */
const USER = /^[a-z0-9_][a-z0-9_-]{0,30}(:[a-z0-9_][a-z0-9_-]{0,30})?$/;
const ROOT = /^(root|0)(:|$)/;
const IPC_MODES: readonly string[] = ["host", "task", "none"];
const PID_MODES: readonly string[] = ["host", "task"];

function checkContainers(
  { containers, volumes = [] }: EcsTaskProperties,
  platform: Platform,
  path: string,
): Refusal | undefined {
  if (containers.length < 1 || containers.length > CONTAINERS_MAX) {
    return Refusal.wrapped(`Number of containers must be between 1 and ${CONTAINERS_MAX}`);
  }
  if (containers.every(({ essential }) => essential === false)) {
    return Refusal.wrapped("At least one container must be set as essential");
  }
  return (
    checkNames(containers, path) ??
    checkLogRouter(containers) ??
    firstRefusal(containers, (container, index) => {
      const at = `${path}[${index}]`;
      return (
        checkImage(container.image, at) ??
        checkContainerMembers(container, platform, at) ??
        checkMountPoints(container.mountPoints ?? [], volumes, at) ??
        checkUser(container.user) ??
        checkTimeouts(container, platform, at)
      );
    })
  );
}

/** Names tell containers apart, so that only one that is alone can do without. */
function checkNames(containers: readonly TaskContainerProperties[], path: string): Refusal | undefined {
  const names = new Set(containers.map(({ name }) => name));
  return (
    firstRefusal(containers, ({ name }, index) => {
      const at = `${path}[${index}].name`;
      if (name === undefined) {
        return containers.length === 1 ? undefined : Refusal.bare(`${at} is required`);
      }
      if (CONTAINER_NAME.test(name)) return undefined;
      return Refusal.bare(`${at} must be 1 to 255 letters, digits, hyphens and underscores, got ${name}`);
    }) ?? (names.size < containers.length ? Refusal.wrapped("Container names must be unique") : undefined)
  );
}

/** A container that carries the logs of others needs rights that only root has. */
function checkLogRouter(containers: readonly TaskContainerProperties[]): Refusal | undefined {
  const hasRouter = containers.some(({ firelensConfiguration }) => firelensConfiguration !== undefined);
  if (!hasRouter || containers.some(({ user = "root" }) => ROOT.test(user))) return undefined;
  return Refusal.wrapped(
    "When a firelensConfiguration object is specified, at least one container has to run as root",
  );
}

function checkUser(user: string | undefined): Refusal | undefined {
  if (user === undefined || USER.test(user)) return undefined;
  return Refusal.bare(`User '${user}' does not match regex`);
}

function checkTimeouts(
  { startTimeout, stopTimeout }: TaskContainerProperties,
  platform: Platform,
  path: string,
): Refusal | undefined {
  const range = {
    min: TIMEOUT_MIN_SECONDS,
    ...(platform === "FARGATE" && { max: FARGATE_TIMEOUT_MAX_SECONDS }),
  };
  return (
    checkRange(startTimeout, `${path}.startTimeout`, range) ??
    checkRange(stopTimeout, `${path}.stopTimeout`, range)
  );
}

function checkTaskModes({ ipcMode, pidMode }: EcsTaskProperties): Refusal | undefined {
  if (ipcMode !== undefined && !IPC_MODES.includes(ipcMode)) {
    return Refusal.wrapped(`ipcMode ${ipcMode} is not valid. Valid values are: [${IPC_MODES.join(", ")}]`);
  }
  if (pidMode === undefined || PID_MODES.includes(pidMode)) return undefined;
  return Refusal.wrapped(`Capability ${pidMode} is not valid. Valid capabilities: [${PID_MODES.join(", ")}]`);
}

function checkTaskVolumes(
  { volumes, taskRoleArn, platformVersion }: EcsTaskProperties,
  platform: Platform,
  path: string,
): Refusal | undefined {
  const fargatePlatformConfiguration = { platformVersion };
  return checkVolumes({ volumes, jobRoleArn: taskRoleArn, fargatePlatformConfiguration }, platform, path);
}
