import type { SeededRandom } from "../lib/seeded-random.ts";
import type {
  ContainerOverrides,
  JobDependency,
  RegisterJobDefinitionRequest,
  SubmitJobRequest,
} from "../model/batch.ts";
import type { Range } from "../providers/simulated/simulated-provider.ts";
import type { JobMix, ScenarioSize } from "./scenario.ts";

/** A job that is to be submitted. */
export interface Submission {
  readonly index: number;
  /** From the beginning of the load. */
  readonly atMs: number;
  readonly input: SubmitJobRequest;
  /** Jobs that it waits for, by their index; they come before it. */
  readonly waitsFor: readonly { readonly index: number; readonly type?: "N_TO_N" }[];
  /** When somebody ends it, if anybody does. */
  readonly endedAfterMs?: number;
}

/** Its jobs have one container. */
export const TASK = "task";
const GANG = "gang";
const FARGATE_TASK = "fargate-task";

/** One of the sizes that Fargate has for each number of vCPUs. */
const FARGATE_MEMORY_MIB_PER_VCPU = 2_048;

/** The definitions that all submissions are of. */
export const JOB_DEFINITIONS: readonly RegisterJobDefinitionRequest[] = [
  { jobDefinitionName: TASK, type: "container", containerProperties: container(1, 512) },
  {
    jobDefinitionName: FARGATE_TASK,
    type: "container",
    platformCapabilities: ["FARGATE"],
    containerProperties: {
      ...container(1, FARGATE_MEMORY_MIB_PER_VCPU),
      executionRoleArn: "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
    },
  },
  {
    jobDefinitionName: GANG,
    type: "multinode",
    nodeProperties: {
      numNodes: 2,
      mainNode: 0,
      nodeRangeProperties: [{ targetNodes: "0:", container: container(1, 512) }],
    },
  },
];

/** How many of the submissions before one may be waited for. */
const REACH = 20;
const DEPENDENCIES_MAX = 3;

/** The jobs of a run, in the order of their coming: made one by one, as there may be a million. */
export function* createLoad(mix: JobMix, size: ScenarioSize, random: SeededRandom): Generator<Submission> {
  const meanBurst = (mix.burst.min + mix.burst.max) / 2;
  const meanArray = (mix.arraySize.min + mix.arraySize.max) / 2;
  const meanJobs = 1 + (mix.arrayPercent / 100) * (meanArray - 1);
  const meanGapMs = (size.hours * 3_600_000 * meanBurst * meanJobs) / size.jobCount;
  let atMs = 0;
  let burstLeft = 0;
  let jobsLeft = size.jobCount;
  const recent: RecentJob[] = [];
  for (let index = 0; jobsLeft > 0; index += 1) {
    if (burstLeft === 0) {
      burstLeft = within(mix.burst, random);
      atMs += Math.round(-Math.log(1 - random.next()) * meanGapMs);
    }
    burstLeft -= 1;
    const submission = createSubmission({ mix, random, index, atMs, recent });
    const { arrayProperties } = submission.input;
    recent.push({ index, arraySize: arrayProperties?.size });
    if (recent.length > REACH) recent.shift();
    jobsLeft -= arrayProperties?.size ?? 1;
    yield submission;
  }
}

interface RecentJob {
  readonly index: number;
  readonly arraySize: number | undefined;
}

interface SubmissionFacts {
  readonly mix: JobMix;
  readonly random: SeededRandom;
  readonly index: number;
  readonly atMs: number;
  readonly recent: readonly RecentJob[];
}

function createSubmission({ mix, random, index, atMs, recent }: SubmissionFacts): Submission {
  const isArray = random.chance(mix.arrayPercent);
  const isGang = !isArray && random.chance(mix.gangPercent);
  const arraySize = isArray ? within(mix.arraySize, random) : undefined;
  const waitsFor = random.chance(mix.dependentPercent) ? chooseAwaited(recent, arraySize, random) : [];
  const isSequential = isArray && random.chance(mix.dependentPercent);
  const share = random.pick(mix.shares);
  const schedulingPriority = random.pick(mix.schedulingPriorities);
  // Children of one array do not all end alike: chance decides, not their command.
  const command = isArray ? ["by-chance"] : commandOf(mix, random);
  const resources = { command, ...resourcesOf(mix, random) };
  const isConsuming = random.chance(mix.consumingPercent) && !isGang; // not served for multi-node jobs
  const consumable = isConsuming ? random.pick(mix.consumables) : undefined;
  const input: SubmitJobRequest = {
    jobName: `job-${index}`,
    jobQueue: random.pick(mix.queues) ?? "",
    jobDefinition: isGang ? GANG : TASK,
    retryStrategy: { attempts: within(mix.attempts, random) },
    ...(isGang ? nodeOverrides(within(mix.gangSize, random), resources) : { containerOverrides: resources }),
    ...(arraySize !== undefined && { arrayProperties: { size: arraySize } }),
    ...(isSequential && { dependsOn: [{ type: "SEQUENTIAL" } satisfies JobDependency] }),
    ...(share !== undefined && { shareIdentifier: share }),
    ...(schedulingPriority !== undefined && { schedulingPriorityOverride: schedulingPriority }),
    ...(random.chance(mix.limitedPercent) && { timeout: { attemptDurationSeconds: 60 } }),
    ...(consumable !== undefined && {
      consumableResourcePropertiesOverride: {
        consumableResourceList: [{ consumableResource: consumable, quantity: 1 }],
      },
    }),
  };
  const isEnded = random.chance(mix.endedByClientPercent);
  return {
    index,
    atMs,
    input: withShareWhereAsked(onFargate(input, mix), mix),
    waitsFor,
    ...(isEnded && { endedAfterMs: random.between(0, 2 * mix.runMs.max) }),
  };
}

/** What is for a queue of Fargate has a size that Fargate has. */
function onFargate(input: SubmitJobRequest, { queues, fargateQueues }: JobMix): SubmitJobRequest {
  if (!fargateQueues.includes(input.jobQueue)) return input;
  const { containerOverrides } = input;
  if (containerOverrides === undefined) return { ...input, jobQueue: queues[0] ?? "" };
  const vcpus = containerOverrides.resourceRequirements?.find(({ type }) => type === "VCPU")?.value ?? "1";
  const memoryMiB = Number(vcpus) * FARGATE_MEMORY_MIB_PER_VCPU;
  const resourceRequirements = [
    { type: "VCPU", value: vcpus },
    { type: "MEMORY", value: String(memoryMiB) },
  ] as const;
  const overrides = { ...containerOverrides, resourceRequirements };
  return { ...input, jobDefinition: FARGATE_TASK, containerOverrides: overrides };
}

/** Queues without a policy refuse shares. */
function withShareWhereAsked(input: SubmitJobRequest, { shareQueues }: JobMix): SubmitJobRequest {
  if (shareQueues === undefined || shareQueues.includes(input.jobQueue)) return input;
  const { shareIdentifier: _share, schedulingPriorityOverride: _priority, ...others } = input;
  return others;
}

function chooseAwaited(
  recent: readonly RecentJob[],
  arraySize: number | undefined,
  random: SeededRandom,
): Submission["waitsFor"] {
  const count = Math.min(recent.length, random.between(1, DEPENDENCIES_MAX));
  return random
    .shuffled(recent)
    .slice(0, count)
    .map((awaited) => {
      const isPaired = arraySize !== undefined && awaited.arraySize === arraySize;
      return { index: awaited.index, ...(isPaired && { type: "N_TO_N" as const }) };
    });
}

function commandOf(mix: JobMix, random: SeededRandom): readonly string[] {
  const runMs = Math.round(mix.runMs.min * (mix.runMs.max / mix.runMs.min) ** random.next());
  const exitCodes = [1, 2, 3].map(() => (random.chance(mix.failurePercent) ? "1" : "0"));
  return ["simulate", String(runMs), ...exitCodes];
}

function resourcesOf(mix: JobMix, random: SeededRandom) {
  return {
    resourceRequirements: [
      { type: "VCPU" as const, value: String(random.pick(mix.vcpuCounts) ?? 1) },
      { type: "MEMORY" as const, value: String(within(mix.memoryMiB, random)) },
    ],
  };
}

function nodeOverrides(numNodes: number, containerOverrides: ContainerOverrides) {
  return {
    nodeOverrides: { numNodes, nodePropertyOverrides: [{ targetNodes: "0:", containerOverrides }] },
  };
}

function container(vcpuCount: number, memoryMiB: number) {
  return {
    image: "busybox",
    command: ["simulate", "1000"],
    resourceRequirements: [
      { type: "VCPU" as const, value: String(vcpuCount) },
      { type: "MEMORY" as const, value: String(memoryMiB) },
    ],
  };
}

function within({ min, max }: Range, random: SeededRandom): number {
  return random.between(min, max);
}
