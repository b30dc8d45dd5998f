import type { ContainerProperties, PlatformCapability } from "../model/batch.ts";
import { checkContainerMembers, checkImage } from "./container-members.ts";
import { normaliseContainer } from "./container-normal-form.ts";
import { checkFargateContainer, checkNoFargateMembers } from "./fargate-container.ts";
import { platformOf } from "./platform.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import { parseResources } from "./resource-requirements.ts";
import { checkVolumes } from "./volumes.ts";

/** Reads the `containerProperties` of a definition, by the rules of `parseContainer`. */
export function parseContainerProperties(
  properties: ContainerProperties,
  capabilities: readonly PlatformCapability[],
): ContainerProperties | Refusal {
  const container = parseContainer(properties, platformOf(capabilities), PATH);
  if (container instanceof Refusal || container.instanceType === undefined) return container;
  return notForSingleNode(`${PATH}.instanceType`);
}

/**
 * Reads a container that is alone in its task: checked for its platform, then in the form in which AWS returns it.
 *
 * Order: image, resources, what the platform knows, then member by member.
 *
 * @param path where the container stands in the request.
 */
export function parseContainer(
  properties: ContainerProperties,
  platform: Platform,
  path: string,
): ContainerProperties | Refusal {
  const imageRefusal = checkImage(properties.image, path);
  if (imageRefusal !== undefined) return imageRefusal;
  const resources = parseResources(properties, platform, path);
  if (resources instanceof Refusal) return resources;
  const refusal =
    (platform === "FARGATE" ? checkFargateContainer(properties, path) : checkNoFargateMembers(properties)) ??
    checkContainerMembers(properties, platform, path) ??
    checkVolumes(properties, platform, path) ??
    checkUser(properties.user);
  return refusal ?? normaliseContainer(properties, platform);
}

/** Refuses a member that only multi-node jobs know. */
export function notForSingleNode(path: string): Refusal {
  return Refusal.bare(`${path} must be absent: it is for multi-node parallel jobs only`);
}

const PATH = "containerProperties";
const USER = /^([a-z0-9_][a-z0-9_-]{0,30})$/;

function checkUser(user: string | undefined): Refusal | undefined {
  if (user === undefined || USER.test(user)) return undefined;
  return Refusal.bare(`User '${user}' does not match regex`);
}
