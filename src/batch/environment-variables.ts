import type { KeyValuePair } from "../model/batch.ts";
import { rememberLatest } from "../lib/remember-latest.ts";
import { resourceName } from "./arn.ts";
import type { Attempt } from "./attempt.ts";
import { childJobId } from "./child-job.ts";
import { firstRefusal } from "./first-refusal.ts";
import type { Job } from "./job.ts";
import { Refusal } from "./refusal.ts";

/** A variable as a process gets it: always with a value, which may be empty. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

/** Names that begin so are for Batch to set. */
const RESERVED_NAME_PREFIX = "AWS_BATCH";

/** Checks the `environment` of a definition or of overrides. */
export function checkEnvironment(environment: readonly KeyValuePair[], path: string): Refusal | undefined {
  return firstRefusal(environment, ({ name, value }, index) => {
    const at = `${path}[${index}]`;
    if (name === undefined || name === "") return Refusal.bare(`${at}.name is required`);
    const refusal = checkVariableName(name, `${at}.name`);
    if (refusal !== undefined) return refusal;
    if (value?.includes("\0") === true) return Refusal.bare(`${at}.value must not contain a null character`);
    return undefined;
  });
}

/** Checks the name, which is not empty, of a variable that a user sets. */
export function checkVariableName(name: string, path: string): Refusal | undefined {
  if (name.startsWith(RESERVED_NAME_PREFIX)) {
    return Refusal.bare(`${path} must not begin with ${RESERVED_NAME_PREFIX}, got ${name}`);
  }
  if (/[=\0]/.test(name)) return Refusal.bare(`${path} must not contain = or a null character, got ${name}`);
  return undefined;
}

export interface ContainerFacts {
  /** The container's own variables. */
  readonly environment?: readonly KeyValuePair[] | undefined;
  /** Of a multi-node job, once its main node has come up. */
  readonly mainNodeAddress?: string | undefined;
}

/**
 * The complete environment of a container (specification 4.6): the container's own variables, then those that Batch and
 * ECS set, which win. The region is only set where the container does not choose its own.
 *
 */
export function attemptEnvironment(
  job: Job,
  attempt: Attempt,
  { environment = [], mainNodeAddress }: ContainerFacts,
): readonly EnvironmentVariable[] {
  const chosen = environment.map(({ name = "", value = "" }) => ({ name, value }));
  const { region: value } = job.scope;
  for (const name of REGION_NAMES) if (!isNamed(chosen, name)) chosen.push({ name, value });

  return [
    ...chosen,
    { name: "AWS_EXECUTION_ENV", value: attempt.instance === undefined ? "AWS_ECS_FARGATE" : "AWS_ECS_EC2" },
    { name: "AWS_BATCH_JOB_ID", value: ownJobId(job) },
    { name: "AWS_BATCH_JQ_NAME", value: queueName(job.jobQueueArn) },
    { name: "AWS_BATCH_CE_NAME", value: computeEnvironmentName(attempt.computeEnvironmentArn) },
    { name: "AWS_BATCH_JOB_ATTEMPT", value: String(attempt.number) },
    ...childVariables(job, mainNodeAddress),
  ];
}

const REGION_NAMES = ["AWS_REGION", "AWS_DEFAULT_REGION"];

function isNamed(variables: readonly EnvironmentVariable[], wanted: string): boolean {
  return variables.some(({ name }) => name === wanted);
}

// Attempts that follow each other are mostly of the same queue and environment.
const queueName = rememberLatest(resourceName);
const computeEnvironmentName = rememberLatest(resourceName);

/** A job with nodes is to its containers its main node. */
function ownJobId(job: Job): string {
  if (job.nodes === undefined || job.childIndex !== undefined) return job.jobId;
  return childJobId(job, job.nodes.main);
}

/** What a child of an array or a node is told of itself and of the others; the main node is not told its address. */
function childVariables(
  { arraySize, nodes, childIndex }: Job,
  mainNodeAddress: string | undefined,
): readonly EnvironmentVariable[] {
  if (nodes !== undefined) {
    const index = childIndex ?? nodes.main;
    return [
      { name: "AWS_BATCH_JOB_NODE_INDEX", value: String(index) },
      { name: "AWS_BATCH_JOB_NUM_NODES", value: String(nodes.count) },
      { name: "AWS_BATCH_JOB_MAIN_NODE_INDEX", value: String(nodes.main) },
      ...(index === nodes.main || mainNodeAddress === undefined
        ? []
        : [{ name: "AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS", value: mainNodeAddress }]),
    ];
  }
  if (arraySize === undefined || childIndex === undefined) return [];
  return [
    { name: "AWS_BATCH_JOB_ARRAY_INDEX", value: String(childIndex) },
    { name: "AWS_BATCH_JOB_ARRAY_SIZE", value: String(arraySize) },
  ];
}
