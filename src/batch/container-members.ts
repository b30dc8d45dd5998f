import type { ContainerProperties, TaskContainerProperties, Ulimit } from "../model/batch.ts";
import { checkEnvironment, checkVariableName } from "./environment-variables.ts";
import { firstRefusal } from "./first-refusal.ts";
import { checkLinuxParameters } from "./linux-parameters.ts";
import { checkLogConfiguration } from "./log-configuration.ts";
import { notForFargate } from "./platform.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import { checkSecrets } from "./secret.ts";

const IMAGE_LENGTH_MAX = 255;

/** What a container has wherever it is defined: alone or as one of a task. */
export type ContainerMembers = Pick<
  ContainerProperties & Partial<TaskContainerProperties>,
  | "command"
  | "environment"
  | "linuxParameters"
  | "logConfiguration"
  | "privileged"
  | "readonlyRootFilesystem"
  | "secrets"
  | "ulimits"
  | "user"
>;

/** Checks the image of a container, which is never absent. */
export function checkImage(image: string | undefined, path: string): Refusal | undefined {
  if (image === undefined || image === "") return Refusal.bare(`${path}.image is required`);
  if (image.length > IMAGE_LENGTH_MAX) {
    return Refusal.bare(
      `${path}.image must have at most ${IMAGE_LENGTH_MAX} characters, got ${image.length}`,
    );
  }
  if (IMAGE.test(image)) return undefined;
  return Refusal.bare(`${path}.image must be made of letters, digits and -_:./#@, got ${image}`);
}

/**
 * Checks the members of a container by the rules of its platform.
 *
 * Order: what the platform knows, then member by member.
 */
export function checkContainerMembers(
  members: ContainerMembers,
  platform: Platform,
  path: string,
): Refusal | undefined {
  const { linuxParameters, logConfiguration, command = [], environment = [], secrets = [] } = members;
  return (
    (platform === "FARGATE" ? checkFargatePrivileges(members) : undefined) ??
    (linuxParameters && checkLinuxParameters(linuxParameters, platform, `${path}.linuxParameters`)) ??
    (logConfiguration && checkLogConfiguration(logConfiguration, platform, `${path}.logConfiguration`)) ??
    checkCommand(command, `${path}.command`) ??
    checkEnvironment(environment, `${path}.environment`) ??
    checkSecrets(secrets, `${path}.secrets`) ??
    firstRefusal(secrets, ({ name }, index) => checkVariableName(name, `${path}.secrets[${index}].name`)) ??
    checkUlimits(members.ulimits ?? [], path)
  );
}

/** Checks a command; arguments with a null character could never be passed on. */
export function checkCommand(command: readonly string[], path: string): Refusal | undefined {
  return firstRefusal(command, (argument, index) => {
    if (!argument.includes("\0")) return undefined;
    return Refusal.bare(`${path}[${index}] must not contain a null character`);
  });
}

const IMAGE = /^[A-Za-z0-9\-_:./#@]+$/;

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_Ulimit.html */
const ULIMIT_NAMES: ReadonlySet<string> = new Set(
  `core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack`.split(
    " ",
  ),
);

function checkFargatePrivileges({ privileged, ulimits = [] }: ContainerMembers): Refusal | undefined {
  if (privileged === true) return notForFargate("privileged");
  return ulimits.length > 0 ? notForFargate("ulimits") : undefined;
}

function checkUlimits(ulimits: readonly Ulimit[], path: string): Refusal | undefined {
  return firstRefusal(ulimits, ({ name }, index) => {
    if (ULIMIT_NAMES.has(name)) return undefined;
    const wanted = [...ULIMIT_NAMES].join(", ");
    return Refusal.bare(`${path}.ulimits[${index}].name must be one of ${wanted}, got ${name}`);
  });
}
