import type {
  EksContainer,
  EksContainerOverride,
  EksContainerResourceRequirements,
  EksProperties,
  EksPropertiesOverride,
} from "../model/batch.ts";
import { checkMetadata, mergeMetadata } from "./eks-metadata.ts";
import { eksContainerName, parseEksProperties } from "./eks-properties.ts";
import { checkEnvironment } from "./environment-variables.ts";
import { firstRefusal } from "./first-refusal.ts";
import { mapOrRefusal } from "./map-or-refusal.ts";
import { mergeByName } from "./overrides.ts";
import { substituteParameters } from "./parameters.ts";
import type { Parameters } from "./parameters.ts";
import { Refusal } from "./refusal.ts";

/**
 * The pod with the overrides on it (specification 4.4), checked again as a whole: each entry is for the container of its
 * name, which can be left out where there is one. Command, arguments and image replace; variables are merged by name,
 * resources by type, labels and annotations by key.
 */
export function applyEksOverride(
  properties: EksProperties,
  { podProperties: override = {} }: EksPropertiesOverride,
  path: string,
): EksProperties | Refusal {
  const pod = properties.podProperties ?? {};
  const at = `${path}.podProperties`;
  const containers = applyToContainers(pod.containers ?? [], override.containers, `${at}.containers`);
  if (containers instanceof Refusal) return containers;
  const initContainers = applyToContainers(
    pod.initContainers ?? [],
    override.initContainers,
    `${at}.initContainers`,
  );
  if (initContainers instanceof Refusal) return initContainers;
  const { metadata } = override;
  const refusal = metadata && checkMetadata(metadata, `${at}.metadata`);
  if (refusal !== undefined) return refusal;
  return parseEksProperties(
    {
      podProperties: {
        ...pod,
        containers,
        initContainers,
        ...(metadata && { metadata: mergeMetadata(pod.metadata ?? {}, metadata) }),
      },
    },
    path,
  );
}

/** The pod with values in the place of the references in its commands and arguments. */
export function substituteInPod(
  { podProperties: pod = {} }: EksProperties,
  parameters: Parameters,
): EksProperties | Refusal {
  const containers = substituteInContainers(pod.containers ?? [], parameters);
  if (containers instanceof Refusal) return containers;
  const initContainers = substituteInContainers(pod.initContainers ?? [], parameters);
  if (initContainers instanceof Refusal) return initContainers;
  return { podProperties: { ...pod, containers, initContainers } };
}

function applyToContainers(
  containers: readonly EksContainer[],
  overrides: readonly EksContainerOverride[] = [],
  path: string,
): readonly EksContainer[] | Refusal {
  const refusal = firstRefusal(overrides, ({ name, env = [] }, index) => {
    const isAlone = name === undefined && containers.length === 1;
    if (isAlone || containers.some((container) => eksContainerName(container) === name)) {
      return checkEnvironment(env, `${path}[${index}].env`);
    }
    return Refusal.bare(
      `${path}[${index}].name must name a container of the job definition, got ${name ?? "none"}`,
    );
  });
  if (refusal !== undefined) return refusal;
  return containers.map((container) =>
    overrides
      .filter(({ name }) => name === undefined || name === eksContainerName(container))
      .reduce(applyToContainer, container),
  );
}

function applyToContainer(container: EksContainer, override: EksContainerOverride): EksContainer {
  const { image, command = [], args = [], env = [], resources } = override;
  return {
    ...container,
    ...(image !== undefined && { image }),
    ...(command.length > 0 && { command }),
    ...(args.length > 0 && { args }),
    env: mergeByName(container.env ?? [], env),
    ...(resources && { resources: mergeResources(container.resources ?? {}, resources) }),
  };
}

/** A type that is overridden is so in both places: a limit of the one could contradict a request of the other. */
function mergeResources(
  own: EksContainerResourceRequirements,
  overriding: EksContainerResourceRequirements,
): EksContainerResourceRequirements {
  const types = new Set(Object.keys({ ...overriding.limits, ...overriding.requests }));
  const merge = (of: "limits" | "requests"): Readonly<Record<string, string>> => ({
    ...Object.fromEntries(Object.entries(own[of] ?? {}).filter(([type]) => !types.has(type))),
    ...overriding[of],
  });
  const limits = merge("limits");
  const requests = merge("requests");
  return {
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(requests).length > 0 && { requests }),
  };
}

function substituteInContainers(
  containers: readonly EksContainer[],
  parameters: Parameters,
): readonly EksContainer[] | Refusal {
  return mapOrRefusal(containers, (container) => {
    const command = substituteParameters(container.command ?? [], parameters);
    if (command instanceof Refusal) return command;
    const args = substituteParameters(container.args ?? [], parameters);
    return args instanceof Refusal ? args : { ...container, command, args };
  });
}
