import type {
  ContainerProperties,
  Device,
  EFSAuthorizationConfig,
  EFSVolumeConfiguration,
  EphemeralStorage,
  FargatePlatformConfiguration,
  Host,
  LinuxParameters,
  LogConfiguration,
  MountPoint,
  NetworkConfiguration,
  RepositoryCredentials,
  ResourceRequirement,
  RuntimePlatform,
  S3FilesVolumeConfiguration,
  Secret,
  Tmpfs,
  Ulimit,
  Volume,
} from "../../../../model/batch.ts";
import {
  ENVIRONMENT,
  IMAGE,
  LINUX_PARAMETERS,
  LOG_CONFIGURATION,
  MOUNT_POINTS,
  PRIVILEGED,
  READ_ONLY_ROOT,
  REPOSITORY_CREDENTIALS,
  RUNTIME_PLATFORM,
  SECRETS,
  ULIMITS,
  USER,
  VOLUMES,
} from "./container-fates.ts";
import { honoured, refused, withoutEffect } from "./declaration.ts";
import type { Declarations } from "./declaration.ts";
import {
  ONE_PLATFORM_VERSION,
  NO_EXECUTE_COMMAND,
  NO_LOOK_UP,
  NO_TASK_NETWORK,
  NO_TASK_STORAGE,
} from "./reasons.ts";

/** The process provider runs plain processes of this machine: there these are kept and shown only. */
const IN_CONTAINERS = "with the Docker provider";
const LEGACY = "submit.process: an override of the deprecated members changes a definition that uses them";
const FILE_SYSTEM = "file-system-map: finds that of a volume %s";
const MAPPED = "docker-spec: binds the folder that stands for a file system of AWS";
const NO_MOUNT_PROTOCOL =
  "the files are in a folder of the engine's machine: nothing is mounted over the network";

export const containerProperties: Declarations<ContainerProperties> = {
  image: honoured(IMAGE, IN_CONTAINERS),
  vcpus: honoured(LEGACY),
  memory: honoured(LEGACY),
  command: honoured(
    "run.process: fill whole arguments of the command, the submission's over the definition's",
  ),
  jobRoleArn: honoured(
    "identity.process: gets credentials while it runs, by its token only, through a restart of the server, and none after",
  ),
  executionRoleArn: withoutEffect(NO_LOOK_UP),
  volumes: honoured(VOLUMES, IN_CONTAINERS),
  environment: honoured(ENVIRONMENT),
  mountPoints: honoured(MOUNT_POINTS, IN_CONTAINERS),
  readonlyRootFilesystem: honoured(READ_ONLY_ROOT, IN_CONTAINERS),
  privileged: honoured(PRIVILEGED, IN_CONTAINERS),
  ulimits: honoured(ULIMITS, IN_CONTAINERS),
  user: honoured(USER, IN_CONTAINERS),
  instanceType: withoutEffect("no host has instance types to choose among; the node shows it"),
  resourceRequirements: honoured(
    "run.process: 16.25 beyond its memory is FAILED with 137 and AWS's OutOfMemoryError",
  ),
  linuxParameters: honoured(LINUX_PARAMETERS, IN_CONTAINERS),
  logConfiguration: honoured(LOG_CONFIGURATION),
  secrets: honoured(SECRETS),
  networkConfiguration: withoutEffect(NO_TASK_NETWORK),
  fargatePlatformConfiguration: withoutEffect(ONE_PLATFORM_VERSION),
  enableExecuteCommand: withoutEffect(NO_EXECUTE_COMMAND),
  ephemeralStorage: withoutEffect(NO_TASK_STORAGE),
  runtimePlatform: honoured(RUNTIME_PLATFORM),
  repositoryCredentials: honoured(REPOSITORY_CREDENTIALS, IN_CONTAINERS),
};

export const resourceRequirement: Declarations<ResourceRequirement> = {
  value: honoured("submit.process: 16.21 an override of MEMORY alone keeps the definition's VCPU"),
  type: honoured(
    "docker-spec: asks for all that a job can have",
    "GPU is asked of the engine; no machine with some has run it yet",
  ),
};

export const fargatePlatformConfiguration: Declarations<FargatePlatformConfiguration> = {
  platformVersion: withoutEffect(ONE_PLATFORM_VERSION),
};

export const ephemeralStorage: Declarations<EphemeralStorage> = { sizeInGiB: withoutEffect(NO_TASK_STORAGE) };

export const networkConfiguration: Declarations<NetworkConfiguration> = {
  assignPublicIp: withoutEffect(NO_TASK_NETWORK),
};

export const runtimePlatform: Declarations<RuntimePlatform> = {
  operatingSystemFamily: honoured("find-platform-failure: %j on %s/%s: %s"),
  cpuArchitecture: honoured("find-platform-failure: %j on %s/%s: %s"),
};

export const repositoryCredentials: Declarations<RepositoryCredentials> = {
  credentialsParameter: honoured(REPOSITORY_CREDENTIALS, IN_CONTAINERS),
};

export const linuxParameters: Declarations<LinuxParameters> = {
  devices: honoured("docker-spec.docker: has its device", IN_CONTAINERS),
  initProcessEnabled: honoured("docker-spec.docker: has a first process that is not its own", IN_CONTAINERS),
  sharedMemorySize: honoured("docker-spec.docker: has its shared memory", IN_CONTAINERS),
  tmpfs: honoured("docker-spec.docker: has its file system in memory", IN_CONTAINERS),
  maxSwap: honoured("docker-spec: asks for all that a job can have", IN_CONTAINERS),
  swappiness: honoured(
    "docker-spec: asks for all that a job can have",
    `${IN_CONTAINERS}, on cgroups of version 1: later ones have no such thing for a container`,
  ),
};

export const device: Declarations<Device> = {
  hostPath: honoured("docker-spec.docker: has its device", IN_CONTAINERS),
  containerPath: honoured("docker-spec.docker: has its device", IN_CONTAINERS),
  permissions: honoured("docker-spec: asks for all that a job can have", IN_CONTAINERS),
};

export const tmpfs: Declarations<Tmpfs> = {
  containerPath: honoured("docker-spec.docker: has its file system in memory", IN_CONTAINERS),
  size: honoured("docker-spec.docker: has its file system in memory", IN_CONTAINERS),
  mountOptions: honoured("docker-spec.docker: has its file system in memory", IN_CONTAINERS),
};

export const ulimit: Declarations<Ulimit> = {
  hardLimit: honoured(ULIMITS, IN_CONTAINERS),
  name: honoured(ULIMITS, IN_CONTAINERS),
  softLimit: honoured(ULIMITS, IN_CONTAINERS),
};

export const mountPoint: Declarations<MountPoint> = {
  containerPath: honoured(MOUNT_POINTS, IN_CONTAINERS),
  readOnly: honoured(MOUNT_POINTS, IN_CONTAINERS),
  sourceVolume: honoured(MOUNT_POINTS, IN_CONTAINERS),
};

export const volume: Declarations<Volume> = {
  host: honoured(VOLUMES, IN_CONTAINERS),
  name: honoured(VOLUMES, IN_CONTAINERS),
  efsVolumeConfiguration: honoured(MAPPED, `${IN_CONTAINERS}, from the folder that \`--efs-map\` names`),
  s3filesVolumeConfiguration: honoured(
    FILE_SYSTEM,
    `${IN_CONTAINERS}, from the folder that \`--efs-map\` names`,
  ),
};

export const host: Declarations<Host> = { sourcePath: honoured(VOLUMES, IN_CONTAINERS) };

export const efsVolumeConfiguration: Declarations<EFSVolumeConfiguration> = {
  fileSystemId: honoured(MAPPED, IN_CONTAINERS),
  rootDirectory: honoured(FILE_SYSTEM, IN_CONTAINERS),
  transitEncryption: withoutEffect(NO_MOUNT_PROTOCOL),
  transitEncryptionPort: withoutEffect(NO_MOUNT_PROTOCOL),
  authorizationConfig: honoured(FILE_SYSTEM, IN_CONTAINERS),
};

export const efsAuthorizationConfig: Declarations<EFSAuthorizationConfig> = {
  accessPointId: honoured(FILE_SYSTEM, IN_CONTAINERS),
  iam: withoutEffect(NO_MOUNT_PROTOCOL),
};

export const s3FilesVolumeConfiguration: Declarations<S3FilesVolumeConfiguration> = {
  fileSystemArn: honoured(FILE_SYSTEM, IN_CONTAINERS),
  rootDirectory: honoured(FILE_SYSTEM, IN_CONTAINERS),
  transitEncryptionPort: withoutEffect(NO_MOUNT_PROTOCOL),
  accessPointArn: honoured(FILE_SYSTEM, IN_CONTAINERS),
};

export const logConfiguration: Declarations<LogConfiguration> = {
  logDriver: honoured(
    "log-options.process: of a driver that needs Docker fail the attempt",
    "`awsfirelens` fails the attempt; with the process provider all but `awslogs` do",
  ),
  options: honoured("log-options.process: is made where awslogs-create-group is true"),
  secretOptions: refused(
    "when the attempt starts: ResourceInitializationError: unable to pull secrets or registry auth: the secret option ⟨name⟩ of the log driver cannot be passed on",
    "container-secrets: the secret option splunk-token of the log driver cannot be passed on",
  ),
};

export const secret: Declarations<Secret> = {
  name: honoured(SECRETS),
  valueFrom: honoured(
    "secrets.process: are found by ARNs of both kinds, whatever the account and the six characters",
  ),
};
