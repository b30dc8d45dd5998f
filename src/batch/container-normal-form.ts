import type {
  ContainerProperties,
  EcsTaskProperties,
  LinuxParameters,
  LogConfiguration,
  TaskContainerProperties,
} from "../model/batch.ts";
import type { Platform } from "./platform.ts";

/**
 * The form in which AWS returns a container: lists that were not given are there and empty, and a Fargate container names
 * its platform version (specification 1.8). What was given stays as it was written.
 */
export function normaliseContainer(properties: ContainerProperties, platform: Platform): ContainerProperties {
  const { linuxParameters, logConfiguration, fargatePlatformConfiguration } = properties;
  return {
    ...properties,
    command: properties.command ?? [],
    environment: properties.environment ?? [],
    mountPoints: properties.mountPoints ?? [],
    resourceRequirements: properties.resourceRequirements ?? [],
    secrets: properties.secrets ?? [],
    ulimits: properties.ulimits ?? [],
    volumes: properties.volumes ?? [],
    ...(linuxParameters && { linuxParameters: normaliseLinuxParameters(linuxParameters) }),
    ...(logConfiguration && { logConfiguration: normaliseLogConfiguration(logConfiguration) }),
    ...(platform === "FARGATE" && {
      fargatePlatformConfiguration: {
        platformVersion: fargatePlatformConfiguration?.platformVersion ?? "LATEST",
      },
    }),
  };
}

/** The form in which AWS returns a task of containers: as of a single one, and what is not said to be optional is essential. */
export function normaliseTask(task: EcsTaskProperties, platform: Platform): EcsTaskProperties {
  return {
    ...task,
    containers: task.containers.map(normaliseTaskContainer),
    volumes: task.volumes ?? [],
    ...(platform === "FARGATE" && { platformVersion: task.platformVersion ?? "LATEST" }),
  };
}

function normaliseTaskContainer(container: TaskContainerProperties): TaskContainerProperties {
  const { linuxParameters, logConfiguration } = container;
  return {
    ...container,
    command: container.command ?? [],
    dependsOn: container.dependsOn ?? [],
    environment: container.environment ?? [],
    essential: container.essential ?? true,
    mountPoints: container.mountPoints ?? [],
    resourceRequirements: container.resourceRequirements ?? [],
    secrets: container.secrets ?? [],
    ulimits: container.ulimits ?? [],
    ...(linuxParameters && { linuxParameters: normaliseLinuxParameters(linuxParameters) }),
    ...(logConfiguration && { logConfiguration: normaliseLogConfiguration(logConfiguration) }),
  };
}

function normaliseLinuxParameters(parameters: LinuxParameters): LinuxParameters {
  const { devices = [], tmpfs = [] } = parameters;
  return {
    ...parameters,
    devices: devices.map((device) => ({ ...device, permissions: device.permissions ?? [] })),
    tmpfs: tmpfs.map((mount) => ({ ...mount, mountOptions: mount.mountOptions ?? [] })),
  };
}

function normaliseLogConfiguration(configuration: LogConfiguration): LogConfiguration {
  return {
    ...configuration,
    options: configuration.options ?? {},
    secretOptions: configuration.secretOptions ?? [],
  };
}
