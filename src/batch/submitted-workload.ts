import { unreachable } from "../lib/assert.ts";
import type { SubmitJobRequest } from "../model/batch.ts";
import { notForSingleNode } from "./container-properties.ts";
import type { DefinitionProperties } from "./definition-properties.ts";
import { allNodesResources, createMultiNodeWorkload } from "./multi-node.ts";
import { applyNodeOverrides, substituteInNodes } from "./node-overrides.ts";
import type { Parameters } from "./parameters.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import type { Resources } from "./resources.ts";
import {
  checkOverrideKinds,
  isGiven,
  notForKind,
  overrideWorkload,
  substituteInWorkload,
  workloadResources,
} from "./workload.ts";
import type { MultiNodeWorkload, Workload } from "./workload.ts";

/** What a job runs and what that asks for: of a multi-node job all nodes together. */
export interface SubmittedWorkload {
  readonly workload: Workload | MultiNodeWorkload;
  readonly resources: Resources;
}

/**
 * Puts the overrides and parameters of a submission on what its definition is of, and checks what it asks for again by
 * the definition's platform.
 */
export function submitWorkload(
  request: SubmitJobRequest,
  properties: DefinitionProperties,
  platform: Platform,
  parameters: Parameters,
): SubmittedWorkload | Refusal {
  if (properties.kind === "multi-node") return submitNodes(request, properties, parameters);
  if (isGiven(request.nodeOverrides)) return notForKind("Node", properties.kind);
  if (request.containerOverrides?.instanceType !== undefined) {
    return notForSingleNode("containerOverrides.instanceType");
  }
  const overridden = overrideWorkload(workloadOf(properties), request, platform, "");
  if (overridden instanceof Refusal) return overridden;
  const workload = substituteInWorkload(overridden, parameters);
  if (workload instanceof Refusal) return workload;
  const resources = workloadResources(workload, platform, OVERRIDE_MEMBERS[workload.kind]);
  return resources instanceof Refusal ? resources : { workload, resources };
}

/** Where a submission says what is to be overridden: what is wrong with the sum is wrong there. */
const OVERRIDE_MEMBERS = {
  container: "containerOverrides",
  ecs: "ecsPropertiesOverride",
  eks: "eksPropertiesOverride",
} as const;

function submitNodes(
  request: SubmitJobRequest,
  { nodeProperties }: Extract<DefinitionProperties, { readonly kind: "multi-node" }>,
  parameters: Parameters,
): SubmittedWorkload | Refusal {
  const refusal = checkOverrideKinds(request, "multi-node");
  if (refusal !== undefined) return refusal;
  const overridden = applyNodeOverrides(nodeProperties, request.nodeOverrides ?? {});
  if (overridden instanceof Refusal) return overridden;
  const effective = substituteInNodes(overridden, parameters);
  if (effective instanceof Refusal) return effective;
  const workload = createMultiNodeWorkload(effective);
  return workload instanceof Refusal ? workload : { workload, resources: allNodesResources(workload) };
}

function workloadOf(properties: Exclude<DefinitionProperties, { readonly kind: "multi-node" }>): Workload {
  switch (properties.kind) {
    case "container":
      return { kind: "container", container: properties.containerProperties };
    case "ecs":
      return { kind: "ecs", ecs: properties.ecsProperties };
    case "eks":
      return { kind: "eks", eks: properties.eksProperties };
    default:
      return unreachable(properties);
  }
}
