import type {
  ContainerProperties,
  EcsProperties,
  EksProperties,
  NodeProperties,
  PlatformCapability,
  RegisterJobDefinitionRequest,
} from "../model/batch.ts";
import { parseContainerProperties } from "./container-properties.ts";
import { parseEcsProperties } from "./ecs-properties.ts";
import { parseEksProperties } from "./eks-properties.ts";
import { parseNodeProperties } from "./node-properties.ts";
import { notForFargate, platformOf } from "./platform.ts";
import { Refusal } from "./refusal.ts";

/**
 * What a job definition is of. Each is normalised as AWS returns it, but with the empty environment values that AWS drops
 * from its answers.
 */
export type DefinitionProperties =
  | { readonly kind: "container"; readonly containerProperties: ContainerProperties }
  | { readonly kind: "ecs"; readonly ecsProperties: EcsProperties }
  | { readonly kind: "eks"; readonly eksProperties: EksProperties }
  | { readonly kind: "multi-node"; readonly nodeProperties: NodeProperties };

/**
 * Checks which of the four properties a registration has: exactly one, the one of its type, that its platform knows.
 *
 * AWS's texts, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch); those with a path are ours.
 */
export function checkKind(
  request: RegisterJobDefinitionRequest,
  capabilities: readonly PlatformCapability[],
): Refusal | undefined {
  const [first, second] = KINDS.filter((kind) => request[kind] !== undefined);
  if (first !== undefined && second !== undefined) {
    return Refusal.wrapped(`Cannot use both ${KIND_LABELS[first]} and ${KIND_LABELS[second]}`);
  }
  if (request.type === "multinode") {
    if (first !== "nodeProperties") {
      return Refusal.wrapped("Node properties of multinode job is required.");
    }
  } else if (first === undefined || first === "nodeProperties") {
    return Refusal.wrapped(
      "ECS ContainerProperties, ecsProperties, or eksProperties is required when using type container.",
    );
  }
  return isForEks(request)
    ? checkEksMembers(request, capabilities)
    : checkKindOnPlatform(first, capabilities);
}

/** Reads the properties that a checked registration has. */
export function parseProperties(
  request: RegisterJobDefinitionRequest,
  capabilities: readonly PlatformCapability[],
): DefinitionProperties | Refusal {
  const { ecsProperties: ecs, eksProperties: eks, nodeProperties: nodes } = request;
  if (ecs !== undefined) {
    const ecsProperties = parseEcsProperties(ecs, platformOf(capabilities), "ecsProperties");
    return ecsProperties instanceof Refusal ? ecsProperties : { kind: "ecs", ecsProperties };
  }
  if (eks !== undefined) {
    const eksProperties = parseEksProperties(eks, "eksProperties");
    return eksProperties instanceof Refusal ? eksProperties : { kind: "eks", eksProperties };
  }
  if (nodes !== undefined) {
    const nodeProperties = parseNodeProperties(nodes);
    return nodeProperties instanceof Refusal ? nodeProperties : { kind: "multi-node", nodeProperties };
  }
  const containerProperties = parseContainerProperties(request.containerProperties ?? {}, capabilities);
  return containerProperties instanceof Refusal
    ? containerProperties
    : { kind: "container", containerProperties };
}

/** Refuses tag propagation, which pods do not have; saying no to it is all right. AWS's text. */
export function checkEksPropagation(propagateTags: boolean | undefined): Refusal | undefined {
  if (propagateTags !== true) return undefined;
  return Refusal.wrapped("Batch on EKS does not support tag propagation.");
}

/** In the order in which AWS names two of them. */
const KINDS = ["nodeProperties", "containerProperties", "ecsProperties", "eksProperties"] as const;
const KIND_LABELS: Readonly<Record<(typeof KINDS)[number], string>> = {
  nodeProperties: "nodeProperties",
  containerProperties: "ECS containerProperties",
  ecsProperties: "ecsProperties",
  eksProperties: "eksProperties",
};

function isForEks({ eksProperties, nodeProperties }: RegisterJobDefinitionRequest): boolean {
  const ranges = nodeProperties?.nodeRangeProperties ?? [];
  return eksProperties !== undefined || ranges.some((range) => range.eksProperties !== undefined);
}

function checkEksMembers(
  { propagateTags }: RegisterJobDefinitionRequest,
  capabilities: readonly PlatformCapability[],
): Refusal | undefined {
  if (capabilities.length > 0) {
    return Refusal.bare("platformCapabilities must be absent for EKS");
  }
  return checkEksPropagation(propagateTags);
}

function checkKindOnPlatform(
  kind: (typeof KINDS)[number] | undefined,
  capabilities: readonly PlatformCapability[],
): Refusal | undefined {
  const platform = platformOf(capabilities);
  if (platform === "FARGATE" && kind === "nodeProperties") return notForFargate(kind);
  if (platform !== "MANAGED_INSTANCES") return undefined;
  if (kind === "nodeProperties") return Refusal.wrapped("MANAGED_INSTANCES does not support MNP jobs");
  if (kind === "ecsProperties") return undefined;
  return Refusal.wrapped("Cannot use ECS containerProperties for MANAGED_INSTANCES");
}
