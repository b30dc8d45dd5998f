/** Tests that observe what reaches a container: those of one container hold for each container of a task, too. */

export const ENVIRONMENT = "job-environment.process: values arrive as they were given, whatever they hold";
export const IMAGE =
  "containers.docker: is what its definition says, carries our labels and ECS's, and leaves nothing behind";
export const LINUX_PARAMETERS = "docker-spec: asks for all that a job can have";
export const LOG_CONFIGURATION = "logs.process: goes to the group and the prefix that awslogs names";
export const MOUNT_POINTS =
  "docker-spec.docker: sees the host's folders, which are made where they are missing";
export const PRIVILEGED =
  "containers.docker: that is privileged is given everything that the engine's machine has";
export const READ_ONLY_ROOT = "docker-spec.docker: cannot write to a root that is read-only";
export const REPOSITORY_CREDENTIALS = "container-secrets: the login of a registry";
export const RUNTIME_PLATFORM = "docker-spec: another platform";
export const SECRETS = "secrets.process: reach the job that names them, and nobody else";
export const ULIMITS = "docker-spec.docker: has its limits";
export const USER = "docker-spec.docker: runs as its user";
export const VOLUMES = "docker-spec.docker: sees the host's folders, which are made where they are missing";
