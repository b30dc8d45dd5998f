import { unreachable } from "../lib/assert.ts";
import type {
  ContainerOverrides,
  ContainerProperties,
  EcsProperties,
  EcsPropertiesOverride,
  EksProperties,
  EksPropertiesOverride,
  NodeProperties,
} from "../model/batch.ts";
import { applyEcsOverride, substituteInTask } from "./ecs-overrides.ts";
import { ecsResources } from "./ecs-properties.ts";
import { applyEksOverride, substituteInPod } from "./eks-overrides.ts";
import { podResources } from "./eks-resources.ts";
import { applyOverrides, checkOverrides } from "./overrides.ts";
import { substituteParameters } from "./parameters.ts";
import type { Parameters } from "./parameters.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import { parseResources } from "./resource-requirements.ts";
import type { Resources } from "./resources.ts";

/** What a job runs on one host: one task of containers, or a pod. */
export type Workload =
  | { readonly kind: "container"; readonly container: ContainerProperties }
  | { readonly kind: "ecs"; readonly ecs: EcsProperties }
  | { readonly kind: "eks"; readonly eks: EksProperties };

/** What one node of a multi-node job runs. */
export interface NodeWorkload {
  readonly workload: Workload;
  readonly resources: Resources;
  /** Absent where the job definition leaves the choice to the environment. */
  readonly instanceType?: string;
}

/** What a multi-node job runs. */
export interface MultiNodeWorkload {
  readonly kind: "multi-node";
  readonly numNodes: number;
  /** The index of the node whose end is the job's. */
  readonly mainNode: number;
  /** Ranges as AWS returns them: with overrides and parameters applied. All else follows from it. */
  readonly nodeProperties: NodeProperties;
  /** Of each node, by index: equal ones are one object. */
  readonly nodes: readonly NodeWorkload[];
}

/** What a submission lets be overridden of a workload: the member of its kind, and only that. */
export interface WorkloadOverrides {
  readonly containerOverrides?: ContainerOverrides | undefined;
  readonly ecsPropertiesOverride?: EcsPropertiesOverride | undefined;
  readonly eksPropertiesOverride?: EksPropertiesOverride | undefined;
}

/** How AWS names the kinds where it says that overrides are not for one. */
const KIND_NAMES = {
  container: "containerProperties",
  ecs: "ecsProperties",
  eks: "eksProperties",
  "multi-node": "multinode",
} as const;

/**
 * The workload with overrides on it, which have to be of its own kind; empty ones say nothing.
 *
 * @param path where the overrides stand in the request, with a period behind; empty where they are its own members.
 */
export function overrideWorkload(
  workload: Workload,
  overrides: WorkloadOverrides,
  platform: Platform,
  path: string,
): Workload | Refusal {
  const refusal = checkOverrideKinds(overrides, workload.kind);
  if (refusal !== undefined) return refusal;
  const { containerOverrides = {}, ecsPropertiesOverride = {}, eksPropertiesOverride = {} } = overrides;
  switch (workload.kind) {
    case "container":
      return (
        checkOverrides(containerOverrides, platform, `${path}containerOverrides`) ?? {
          kind: "container",
          container: applyOverrides(workload.container, containerOverrides),
        }
      );
    case "ecs": {
      const at = `${path}ecsPropertiesOverride`;
      const ecs = applyEcsOverride(workload.ecs, ecsPropertiesOverride, at);
      return ecs instanceof Refusal ? ecs : { kind: "ecs", ecs };
    }
    case "eks": {
      const at = `${path}eksPropertiesOverride`;
      const eks = applyEksOverride(workload.eks, eksPropertiesOverride, at);
      return eks instanceof Refusal ? eks : { kind: "eks", eks };
    }
    default:
      return unreachable(workload);
  }
}

/** Refuses overrides of another kind than the workload's. The first text is AWS's, the others are formed after it. */
export function checkOverrideKinds(
  { containerOverrides, ecsPropertiesOverride, eksPropertiesOverride }: WorkloadOverrides,
  kind: keyof typeof KIND_NAMES,
): Refusal | undefined {
  if (isGiven(containerOverrides) && kind !== "container") return notForKind("Container", kind);
  if (isGiven(ecsPropertiesOverride) && kind !== "ecs") return notForKind("ECS properties", kind);
  if (isGiven(eksPropertiesOverride) && kind !== "eks") return notForKind("EKS properties", kind);
  return undefined;
}

/** Refuses overrides that are not for jobs of the kind. */
export function notForKind(overrides: string, kind: keyof typeof KIND_NAMES): Refusal {
  return Refusal.bare(`${overrides} overrides should not be set for ${KIND_NAMES[kind]} jobs.`);
}

/** Whether overrides say anything. */
export function isGiven(overrides: object | undefined): boolean {
  return overrides !== undefined && Object.keys(overrides).length > 0;
}

/** The workload with values in the place of the references in its commands. */
export function substituteInWorkload(workload: Workload, parameters: Parameters): Workload | Refusal {
  switch (workload.kind) {
    case "container": {
      const { container } = workload;
      const command = substituteParameters(container.command ?? [], parameters);
      if (command instanceof Refusal) return command;
      if (command === container.command) return workload;
      return { kind: "container", container: { ...container, command } };
    }
    case "ecs": {
      const ecs = substituteInTask(workload.ecs, parameters);
      return ecs instanceof Refusal ? ecs : { kind: "ecs", ecs };
    }
    case "eks": {
      const eks = substituteInPod(workload.eks, parameters);
      return eks instanceof Refusal ? eks : { kind: "eks", eks };
    }
    default:
      return unreachable(workload);
  }
}

/**
 * What a workload asks of its host.
 *
 * @param path where in the request what is wrong with that is to be looked for.
 */
export function workloadResources(workload: Workload, platform: Platform, path: string): Resources | Refusal {
  switch (workload.kind) {
    case "container":
      return parseResources(workload.container, platform, path);
    case "ecs":
      return ecsResources(workload.ecs, platform, path);
    case "eks":
      return podResources(workload.eks);
    default:
      return unreachable(workload);
  }
}
