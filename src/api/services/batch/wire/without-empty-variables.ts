import type {
  ContainerProperties,
  EcsProperties,
  EksContainer,
  EksProperties,
  NodeProperties,
} from "../../../../model/batch.ts";

// AWS drops variables with an empty value from its answers; jobs get them all the same (specification 1.8, 15.21).

export function containerWithoutEmptyVariables(container: ContainerProperties): ContainerProperties {
  return { ...container, environment: nonEmpty(container.environment) };
}

export function taskWithoutEmptyVariables({ taskProperties }: EcsProperties): EcsProperties {
  return {
    taskProperties: taskProperties.map((task) => ({
      ...task,
      containers: task.containers.map((container) => ({
        ...container,
        environment: nonEmpty(container.environment),
      })),
    })),
  };
}

export function podWithoutEmptyVariables({ podProperties = {} }: EksProperties): EksProperties {
  return {
    podProperties: {
      ...podProperties,
      containers: (podProperties.containers ?? []).map(eksContainer),
      initContainers: (podProperties.initContainers ?? []).map(eksContainer),
    },
  };
}

export function nodesWithoutEmptyVariables(properties: NodeProperties): NodeProperties {
  return {
    ...properties,
    nodeRangeProperties: properties.nodeRangeProperties.map((range) => {
      const { container, ecsProperties, eksProperties } = range;
      return {
        ...range,
        ...(container && { container: containerWithoutEmptyVariables(container) }),
        ...(ecsProperties && { ecsProperties: taskWithoutEmptyVariables(ecsProperties) }),
        ...(eksProperties && { eksProperties: podWithoutEmptyVariables(eksProperties) }),
      };
    }),
  };
}

function eksContainer(container: EksContainer): EksContainer {
  return { ...container, env: nonEmpty(container.env) };
}

function nonEmpty<Variable extends { readonly value?: string | undefined }>(
  variables: readonly Variable[] = [],
): readonly Variable[] {
  return variables.filter(({ value = "" }) => value !== "");
}
