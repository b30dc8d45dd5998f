import type {
  ContainerProperties,
  EFSVolumeConfiguration,
  MountPoint,
  S3FilesVolumeConfiguration,
  Volume,
} from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import type { Platform } from "./platform.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";

const ROOT_DIRECTORY_LENGTH_MAX = 4096;
const PORT_RANGE = { min: 0, max: 65_535 };

/** The members of a container that its volumes go by; a task has them under names of its own. */
export type VolumeMembers = Pick<
  ContainerProperties,
  "volumes" | "mountPoints" | "jobRoleArn" | "fargatePlatformConfiguration"
>;

/**
 * Checks `volumes` and `mountPoints` (specification 4.9).
 *
 * Order: each volume, then that every mount point names one of them.
 */
export function checkVolumes(
  properties: VolumeMembers,
  platform: Platform,
  path: string,
): Refusal | undefined {
  const { volumes = [], mountPoints = [] } = properties;
  const names = volumes.map((volume) => volume.name);
  return (
    firstRefusal(volumes, (volume, index) => {
      const at = `${path}.volumes[${index}]`;
      return (
        checkName(volume.name, names.slice(0, index), at) ??
        checkKind(volume, platform, at) ??
        checkEfs(volume.efsVolumeConfiguration, properties, `${at}.efsVolumeConfiguration`) ??
        checkS3Files(volume.s3filesVolumeConfiguration, properties, `${at}.s3filesVolumeConfiguration`)
      );
    }) ?? checkMountPoints(mountPoints, volumes, path)
  );
}

/** Checks that every mount point names one of the volumes. */
export function checkMountPoints(
  mountPoints: readonly MountPoint[],
  volumes: readonly Volume[],
  path: string,
): Refusal | undefined {
  const names = volumes.map((volume) => volume.name);
  return firstRefusal(mountPoints, (mountPoint, index) =>
    checkMountPoint(mountPoint, names, `${path}.mountPoints[${index}]`),
  );
}

const VOLUME_NAME = /^[A-Za-z0-9_-]{1,255}$/;
const PLATFORM_VERSION = /^(\d+)\.(\d+)\.\d+$/;

function checkName(
  name: string | undefined,
  earlier: readonly (string | undefined)[],
  path: string,
): Refusal | undefined {
  if (name === undefined) return Refusal.bare(`${path}.name is required`);
  if (!VOLUME_NAME.test(name)) {
    return Refusal.bare(
      `${path}.name must be 1 to 255 letters, digits, hyphens and underscores, got ${name}`,
    );
  }
  if (earlier.includes(name)) return Refusal.bare(`${path}.name must be given once, got ${name} again`);
  return undefined;
}

function checkKind(volume: Volume, platform: Platform, path: string): Refusal | undefined {
  const { host, efsVolumeConfiguration, s3filesVolumeConfiguration } = volume;
  const kinds = [host, efsVolumeConfiguration, s3filesVolumeConfiguration].filter(
    (kind) => kind !== undefined,
  );
  if (kinds.length > 1) {
    return Refusal.bare(
      `${path} must have at most one of host, efsVolumeConfiguration and s3filesVolumeConfiguration, got ${kinds.length}`,
    );
  }
  if (host?.sourcePath === undefined || platform !== "FARGATE") return undefined;
  // AWS's text, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch).
  return Refusal.wrapped("host.sourcePath should not be set for volumes in Fargate.");
}

/** EFS asks for encryption wherever it authorises, by access point or by role. */
function checkEfs(
  efs: EFSVolumeConfiguration | undefined,
  properties: VolumeMembers,
  path: string,
): Refusal | undefined {
  if (efs === undefined) return undefined;
  if (!reachesEfs(properties.fargatePlatformConfiguration?.platformVersion)) {
    return Refusal.bare("EFS is supported for Fargate platform version 1.4.0");
  }
  if (efs.fileSystemId === "") return Refusal.bare(`${path}.fileSystemId must not be empty`);

  const { rootDirectory, authorizationConfig } = efs;
  const isEncrypted = efs.transitEncryption === "ENABLED";
  const hasAccessPoint = authorizationConfig?.accessPointId !== undefined;
  const hasIam = authorizationConfig?.iam === "ENABLED";
  if (hasAccessPoint && rootDirectory !== undefined && rootDirectory !== "/") {
    return Refusal.bare(
      `${path}.rootDirectory must be absent or / with an access point, got ${rootDirectory}`,
    );
  }
  if ((hasAccessPoint || hasIam) && !isEncrypted) {
    return Refusal.bare(
      `${path}.transitEncryption must be ENABLED with an access point or IAM authorization`,
    );
  }
  if (hasIam && properties.jobRoleArn === undefined) {
    return Refusal.bare(`${path}.authorizationConfig.iam must not be ENABLED without a job role`);
  }
  return (
    checkRootDirectory(rootDirectory, path) ??
    checkRange(efs.transitEncryptionPort, `${path}.transitEncryptionPort`, PORT_RANGE)
  );
}

/** EFS came with version 1.4.0; `LATEST`, which an absent one means, is beyond it. */
function reachesEfs(platformVersion: string | undefined): boolean {
  const match = PLATFORM_VERSION.exec(platformVersion ?? "");
  if (match === null) return true;
  const [, major, minor] = match;
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 4);
}

/** The text on the role is AWS's, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch). */
function checkS3Files(
  s3Files: S3FilesVolumeConfiguration | undefined,
  { jobRoleArn }: VolumeMembers,
  path: string,
): Refusal | undefined {
  if (s3Files === undefined) return undefined;
  if (s3Files.fileSystemArn === "") return Refusal.bare(`${path}.fileSystemArn must not be empty`);
  if (jobRoleArn === undefined) {
    return Refusal.wrapped("A jobRoleArn/taskRoleArn is required when using s3filesVolumeConfiguration.");
  }
  return (
    checkRootDirectory(s3Files.rootDirectory, path) ??
    checkRange(s3Files.transitEncryptionPort, `${path}.transitEncryptionPort`, PORT_RANGE)
  );
}

function checkRootDirectory(rootDirectory: string | undefined, path: string): Refusal | undefined {
  const length = rootDirectory?.length ?? 0;
  if (length <= ROOT_DIRECTORY_LENGTH_MAX) return undefined;
  return Refusal.bare(
    `${path}.rootDirectory must have at most ${ROOT_DIRECTORY_LENGTH_MAX} characters, got ${length}`,
  );
}

function checkMountPoint(
  mountPoint: MountPoint,
  volumeNames: readonly (string | undefined)[],
  path: string,
): Refusal | undefined {
  const { sourceVolume, containerPath } = mountPoint;
  if (sourceVolume === undefined) return Refusal.bare(`${path}.sourceVolume is required`);
  if (!volumeNames.includes(sourceVolume)) {
    return Refusal.bare(`${path}.sourceVolume must name one of the volumes, got ${sourceVolume}`);
  }
  if (containerPath === undefined || containerPath === "") {
    return Refusal.bare(`${path}.containerPath is required`);
  }
  return undefined;
}
