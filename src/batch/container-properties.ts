import type { ContainerProperties, PlatformCapability, Ulimit } from "../model/batch.ts";
import { normaliseContainer } from "./container-normal-form.ts";
import { checkEnvironment } from "./environment-variables.ts";
import { checkFargateContainer, checkNoFargateMembers } from "./fargate-container.ts";
import { firstRefusal } from "./first-refusal.ts";
import { checkLinuxParameters } from "./linux-parameters.ts";
import { checkLogConfiguration } from "./log-configuration.ts";
import { platformsOf } from "./platform.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import { parseResources } from "./resource-requirements.ts";
import { checkSecrets } from "./secrets.ts";
import { checkVolumes } from "./volumes.ts";

const IMAGE_LENGTH_MAX = 255;

/**
 * Reads the `containerProperties` of a definition: checked for each platform that it is for, then in the form in which AWS
 * returns it.
 *
 * Order: image, resources, what the platform knows, then member by member.
 */
export function parseContainerProperties(
  properties: ContainerProperties,
  capabilities: readonly PlatformCapability[],
): ContainerProperties | Refusal {
  const platforms = platformsOf(capabilities);
  const imageRefusal = checkImage(properties.image);
  if (imageRefusal !== undefined) return imageRefusal;
  const resources = parseResources(properties, platforms, PATH);
  if (resources instanceof Refusal) return resources;
  const refusal =
    firstRefusal(platforms, (platform) => checkPlatformMembers(properties, platform)) ??
    checkMembers(properties);
  return refusal ?? normaliseContainer(properties, platforms);
}

/** Checks a command; arguments with a null character could never be passed on. */
export function checkCommand(command: readonly string[], path: string): Refusal | undefined {
  return firstRefusal(command, (argument, index) => {
    if (!argument.includes("\0")) return undefined;
    return Refusal.bare(`${path}[${index}] must not contain a null character`);
  });
}

const PATH = "containerProperties";
const IMAGE = /^[A-Za-z0-9\-_:./#@]+$/;
const USER = /^([a-z0-9_][a-z0-9_-]{0,30})$/;

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_Ulimit.html */
const ULIMIT_NAMES: ReadonlySet<string> = new Set(
  `core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack`.split(
    " ",
  ),
);

function checkImage(image: string | undefined): Refusal | undefined {
  if (image === undefined || image === "") return Refusal.bare(`${PATH}.image is required`);
  if (image.length > IMAGE_LENGTH_MAX) {
    return Refusal.bare(
      `${PATH}.image must have at most ${IMAGE_LENGTH_MAX} characters, got ${image.length}`,
    );
  }
  if (IMAGE.test(image)) return undefined;
  return Refusal.bare(`${PATH}.image must be made of letters, digits and -_:./#@, got ${image}`);
}

function checkPlatformMembers(properties: ContainerProperties, platform: Platform): Refusal | undefined {
  const { linuxParameters, logConfiguration } = properties;
  return (
    (platform === "FARGATE" ? checkFargateContainer(properties, PATH) : checkNoFargateMembers(properties)) ??
    (linuxParameters && checkLinuxParameters(linuxParameters, platform, `${PATH}.linuxParameters`)) ??
    (logConfiguration && checkLogConfiguration(logConfiguration, platform, `${PATH}.logConfiguration`)) ??
    checkVolumes(properties, platform, PATH)
  );
}

function checkMembers(properties: ContainerProperties): Refusal | undefined {
  const { command = [], environment = [], secrets = [], ulimits = [], user, instanceType } = properties;
  if (instanceType !== undefined) return notForSingleNode(`${PATH}.instanceType`);
  return (
    checkCommand(command, `${PATH}.command`) ??
    checkEnvironment(environment, `${PATH}.environment`) ??
    checkSecrets(secrets, `${PATH}.secrets`) ??
    checkUlimits(ulimits) ??
    checkUser(user)
  );
}

/** Refuses a member that only multi-node jobs know. */
export function notForSingleNode(path: string): Refusal {
  return Refusal.bare(`${path} must be absent: it is for multi-node parallel jobs only`);
}

function checkUlimits(ulimits: readonly Ulimit[]): Refusal | undefined {
  return firstRefusal(ulimits, ({ name }, index) => {
    if (ULIMIT_NAMES.has(name)) return undefined;
    const wanted = [...ULIMIT_NAMES].join(", ");
    return Refusal.bare(`${PATH}.ulimits[${index}].name must be one of ${wanted}, got ${name}`);
  });
}

function checkUser(user: string | undefined): Refusal | undefined {
  if (user === undefined || USER.test(user)) return undefined;
  return Refusal.bare(`User '${user}' does not match regex`);
}
