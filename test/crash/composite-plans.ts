import type { JobDependency, SubmitJobCommandInput } from "@aws-sdk/client-batch";
import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import { MARKS_PRELUDE } from "./marks-prelude.ts";

interface CompositeBase {
  /** No two have the same, as with single jobs. */
  readonly name: string;
  /** The jobs, all of them acknowledged, that it waits for; between children where the type says so. */
  readonly dependsOn: readonly JobDependency[];
  readonly attempts: number;
}

/** One job that waits for others. */
export interface DependentPlan extends CompositeBase {
  readonly kind: "dependent";
  readonly exitCodes: readonly number[];
}

export interface ArrayPlan extends CompositeBase {
  readonly kind: "array";
  readonly size: number;
  /** The child that fails, as often as it may. */
  readonly failingIndex?: number;
  /** The others fail at their first attempt and succeed at their second. */
  readonly isRetried: boolean;
}

/** Its nodes meet: each of the others tells the main node of itself, and hears from it. Then the main node ends. */
export interface NodesPlan extends CompositeBase {
  readonly kind: "nodes";
  readonly shape: NodesShape;
  /** Of the main node, attempt by attempt. */
  readonly exitCodes: readonly number[];
  /** So many first attempts the main node ends before it has met any other. */
  readonly hastyAttempts: number;
}

/** `app` begins once `init` has succeeded and `side`, which goes on beside it, has started. */
export interface ContainersPlan extends CompositeBase {
  readonly kind: "containers";
  readonly initCode: number;
  /** Of `app`, which alone is essential. */
  readonly exitCodes: readonly number[];
}

/** A job that has others before it, or is of several parts, and what it does if nobody interferes. */
export type CompositePlan = DependentPlan | ArrayPlan | NodesPlan | ContainersPlan;

/** What definitions of nodes there are. */
export const NODES_SHAPES = [
  { nodeCount: 3, mainNode: 0 },
  { nodeCount: 4, mainNode: 2 },
] as const;
export type NodesShape = (typeof NODES_SHAPES)[number];

/** The parts that a plan is drawn from. */
export interface PlanningFacts {
  readonly number: number;
  readonly random: SeededRandom;
  /** Drawn by whoever plans; arrays draw some of their own. */
  readonly dependsOn: readonly JobDependency[];
  /** Arrays that were acknowledged. */
  readonly arrays: readonly { readonly jobId: string; readonly size: number }[];
}

const FIRST_CODE = 75;
const SIZE_MAX = 8;

export function planDependent({ number, random, dependsOn }: PlanningFacts): DependentPlan {
  const isRetried = random.chance(20);
  const code = random.chance(85) ? 0 : random.between(1, 100);
  return {
    kind: "dependent",
    name: `dependent-${number}`,
    dependsOn,
    attempts: isRetried ? 2 : 1,
    exitCodes: isRetried ? [FIRST_CODE, code] : [code],
  };
}

export function planArray({ number, random, dependsOn, arrays }: PlanningFacts): ArrayPlan {
  const paired = random.chance(35) ? random.pick(arrays) : undefined;
  const size = paired?.size ?? random.between(2, SIZE_MAX);
  const isRetried = random.chance(30);
  return {
    kind: "array",
    name: `array-${number}`,
    dependsOn: [
      ...dependsOn,
      ...(paired === undefined ? [] : [{ jobId: paired.jobId, type: "N_TO_N" as const }]),
      ...(random.chance(30) ? [{ type: "SEQUENTIAL" as const }] : []),
    ],
    attempts: isRetried ? 3 : 1,
    size,
    ...(random.chance(30) && { failingIndex: random.between(0, size - 1) }),
    isRetried,
  };
}

export function planNodes({ number, random, dependsOn }: PlanningFacts): NodesPlan {
  const failureCount = random.pick([0, 0, 0, 1, 1, 2]) ?? 0;
  const isSpent = failureCount > 0 && random.chance(30);
  const code = random.chance(80) ? 0 : random.between(1, 100);
  return {
    kind: "nodes",
    name: `nodes-${number}`,
    dependsOn,
    attempts: isSpent ? failureCount : failureCount + 1,
    shape: random.pick(NODES_SHAPES) ?? NODES_SHAPES[0],
    exitCodes: [...Array.from({ length: failureCount }, () => FIRST_CODE), ...(isSpent ? [] : [code])],
    hastyAttempts: random.chance(50) ? failureCount : 0,
  };
}

export function planContainers({ number, random, dependsOn }: PlanningFacts): ContainersPlan {
  const isRetried = random.chance(30);
  const code = random.chance(70) ? 0 : random.between(1, 100);
  return {
    kind: "containers",
    name: `containers-${number}`,
    dependsOn,
    attempts: isRetried ? 2 : 1,
    initCode: random.chance(80) ? 0 : random.between(1, 100),
    exitCodes: isRetried ? [FIRST_CODE, code] : [code],
  };
}

/** What the attempts of a part that runs, and with which nobody interferes, end with. */
export function plannedCodes(plan: CompositePlan, childIndex?: number): readonly (number | undefined)[] {
  if (plan.kind === "array") {
    if (childIndex === plan.failingIndex) return Array.from({ length: plan.attempts }, () => FAILING_CODE);
    return plan.isRetried ? [FIRST_CODE, 0] : [0];
  }
  // An essential container that can never start leaves nothing.
  if (plan.kind === "containers" && plan.initCode !== 0) {
    return Array.from({ length: plan.attempts }, () => undefined);
  }
  return plan.exitCodes;
}

export const CONTAINERS_DEFINITION = "crash-containers";

export function nodesDefinitionName({ nodeCount }: NodesShape): string {
  return `crash-nodes-${nodeCount}`;
}

/** What a plan asks for beside its name, queue and dependencies. */
export function compositeMembers(
  plan: CompositePlan,
  random: SeededRandom,
  { definition, prelude }: { readonly definition: string; readonly prelude: string },
): Pick<
  SubmitJobCommandInput,
  "jobDefinition" | "arrayProperties" | "containerOverrides" | "parameters" | "retryStrategy"
> {
  const retryStrategy = { attempts: plan.attempts };
  const script = (text: string): string => `${MARKS_PRELUDE}${prelude}${text}`;
  const pause = `sleep ${random.between(0, 40) / 100}`;
  if (plan.kind === "nodes") {
    const parameters = { script: script(nodeScript(plan, pause)) };
    return { jobDefinition: nodesDefinitionName(plan.shape), parameters, retryStrategy };
  }
  if (plan.kind === "containers") {
    const parameters = {
      init: script(`note starts\n${pause}\nnote ends ${plan.initCode}; exit ${plan.initCode}`),
      side: script(`note starts\nsleep 3600`),
      app: script(`mark starts\n${pause}\n${leaveScript(plan.exitCodes)}`),
    };
    return { jobDefinition: CONTAINERS_DEFINITION, parameters, retryStrategy };
  }
  const command = ["sh", "-c", script(`mark starts\n${pause}\n${endingScript(plan)}`)];
  return {
    jobDefinition: definition,
    containerOverrides: { command },
    retryStrategy,
    ...(plan.kind === "array" && { arrayProperties: { size: plan.size } }),
  };
}

const FAILING_CODE = 3;
const PORT_MIN = 10_000;
const PORT_COUNT = 20_000;

function endingScript(plan: DependentPlan | ArrayPlan): string {
  if (plan.kind === "dependent") return leaveScript(plan.exitCodes);
  const { failingIndex } = plan;
  const failing =
    failingIndex === undefined
      ? ""
      : `[ "$AWS_BATCH_JOB_ARRAY_INDEX" = ${failingIndex} ] && leave ${FAILING_CODE}\n`;
  return `${failing}${leaveScript(plan.isRetried ? [FIRST_CODE, 0] : [0])}`;
}

/** Leaves with the code of the attempt. */
function leaveScript(codes: readonly number[]): string {
  const cases = codes.map((code, index) => `${index + 1}) leave ${code};;`);
  return `case "$AWS_BATCH_JOB_ATTEMPT" in ${cases.join(" ")} esac`;
}

/**
 * The main node hears each of the others before it ends. They go on telling it of themselves until they are stopped:
 * a connection of which the one half comes before the other may have been of no use.
 */
function nodeScript({ name, exitCodes, hastyAttempts }: NodesPlan, pause: string): string {
  const number = Number(name.split("-").at(-1));
  const port = PORT_MIN + (number % PORT_COUNT);
  return `me="$AWS_BATCH_JOB_ID/$AWS_BATCH_JOB_ATTEMPT"
if [ "$AWS_BATCH_JOB_NODE_INDEX" != "$AWS_BATCH_JOB_MAIN_NODE_INDEX" ]; then
  mark starts
  while :; do
    heard=$(echo "$me" | busybox nc "$AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS" ${port})
    [ "$heard" = welcome ] && [ -z "$met" ] && met=1 && note met
    sleep 0.1
  done
fi
MARKED_JOB="\${AWS_BATCH_JOB_ID%#*}"
mark starts
${pause}
if [ "$AWS_BATCH_JOB_ATTEMPT" -gt ${hastyAttempts} ]; then
  left=$((AWS_BATCH_JOB_NUM_NODES - 1)); met=" "
  while [ $left -gt 0 ]; do
    heard=$(echo welcome | busybox nc -l -p ${port}) || { sleep 0.05; continue; }
    case "$heard" in
      "") ;;
      */"$AWS_BATCH_JOB_ATTEMPT") case "$met" in
        *" $heard "*) ;;
        *) met="$met$heard "; left=$((left - 1)); note met;;
      esac;;
      *) note stranger;;
    esac
  done
fi
${leaveScript(exitCodes)}`;
}
