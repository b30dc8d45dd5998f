import type { ContainerProperties, LinuxParameters, LogConfiguration } from "../model/batch.ts";
import type { Platform } from "./platform.ts";

/**
 * The form in which AWS returns a container: lists that were not given are there and empty, and a Fargate container names
 * its platform version (specification 1.8). What was given stays as it was written.
 */
export function normaliseContainer(
  properties: ContainerProperties,
  platforms: readonly Platform[],
): ContainerProperties {
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
    ...(platforms.includes("FARGATE") && {
      fargatePlatformConfiguration: {
        platformVersion: fargatePlatformConfiguration?.platformVersion ?? "LATEST",
      },
    }),
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
