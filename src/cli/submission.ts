import type {
  ContainerOverrides,
  ContainerProperties,
  JobDefinition,
  JobDependency,
  KeyValuePair,
  ResourceRequirement,
  SubmitJobRequest,
  SubmitJobResponse,
} from "../model/batch.ts";
import { deepEqual } from "../lib/deep-equal.ts";
import { CliError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { findJob } from "./find-job.ts";
import { chooseJobQueue } from "./job-queues.ts";
import { askEach } from "./pages.ts";
import type { GivenDependency } from "./parse-options.ts";
import { explainRefusal } from "./submission-refusals.ts";

/** What `run` and `submit` were told of the job. */
export interface SubmissionOptions {
  readonly queue?: string;
  readonly name?: string;
  readonly definition?: string;
  readonly parameter?: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly vcpus?: string;
  readonly memory?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: number;
  readonly retries?: number;
  readonly dependsOn?: readonly GivenDependency[];
  /** Children of an array. */
  readonly array?: number;
}

export interface Submitted extends SubmitJobResponse {
  readonly jobQueue: string;
  /** Name and revision. */
  readonly jobDefinition: string;
}

/** What a job gets that says nothing else. Processes have no image; where there are containers, this one is small. */
export const DEFAULTS = { image: "busybox", vcpus: "1", memoryMiB: 256 } as const;

/** Jobs that are looked for at once. */
const TOGETHER = 8;

/** AWS fails jobs whose overrides are longer than 8192 characters; longer ones go into the definition. */
const OVERRIDES_LENGTH_MAX = 8_000;

/** Chooses the queue, registers a definition unless there is one like it, and submits. */
export async function submitJob(
  context: Context,
  options: SubmissionOptions,
  command: readonly string[],
): Promise<Submitted> {
  checkOptions(options, command);
  const dependsOn = await findDependencies(context, options.dependsOn ?? []);
  const jobQueue = options.queue ?? (await chooseJobQueue(context));
  const jobName = options.name ?? nameJob(options, command);
  const { jobDefinition, containerOverrides } = await prepareDefinition(context, {
    options,
    command,
    jobName,
  });
  const request: SubmitJobRequest = {
    jobName,
    jobQueue,
    jobDefinition,
    ...(dependsOn.length > 0 && { dependsOn }),
    ...(options.array !== undefined && { arrayProperties: { size: options.array } }),
    ...(options.parameter !== undefined && { parameters: options.parameter }),
    ...(Object.keys(containerOverrides).length > 0 && { containerOverrides }),
    ...(options.timeout !== undefined && { timeout: { attemptDurationSeconds: options.timeout } }),
    ...(options.retries !== undefined && { retryStrategy: { attempts: options.retries + 1 } }),
  };
  try {
    return { ...(await context.client.batch("SubmitJob", request)), jobQueue, jobDefinition };
  } catch (error) {
    throw await explainRefusal(context, error, options);
  }
}

function checkOptions(
  { definition, image, vcpus, dependsOn = [], array }: SubmissionOptions,
  command: readonly string[],
): void {
  if (definition !== undefined && image !== undefined) {
    throw new CliError(
      "--image and --definition exclude each other: a definition has its image, and AWS Batch cannot change it",
      "Leave one of them out.",
      { exitCode: EXIT.usage },
    );
  }
  if (definition === undefined && vcpus !== undefined && !Number.isInteger(Number(vcpus))) {
    throw new CliError(
      `--vcpus must be a whole number, got ${vcpus}: only Fargate gives a part of a vCPU`,
      "Change it, or name a definition for Fargate with --definition.",
      { exitCode: EXIT.usage },
    );
  }
  checkDependencies(dependsOn, array);
  if (definition === undefined && image === undefined && command.length === 0) {
    throw new CliError(
      "there is nothing to run",
      "Give a command (`batchyard run -- echo hello`), an image that has one, or --definition NAME.",
      { exitCode: EXIT.usage },
    );
  }
}

function checkDependencies(dependsOn: readonly GivenDependency[], array: number | undefined): void {
  const { type } = dependsOn.find((dependency) => dependency.type !== undefined) ?? {};
  if (type === undefined || array !== undefined) return;
  throw new CliError(
    `--depends-on type=${type} is for the children of an array`,
    type === "N_TO_N"
      ? "Make an array of the same size with --array SIZE, or leave the type out."
      : "Make an array with --array SIZE, or leave it out.",
    { exitCode: EXIT.usage },
  );
}

/** Jobs can be named as everywhere else. */
async function findDependencies(
  context: Context,
  given: readonly GivenDependency[],
): Promise<readonly JobDependency[]> {
  return await askEach(given, TOGETHER, async ({ job, type }) => ({
    ...(job !== undefined && { jobId: (await findJob(context, job)).jobId }),
    ...(type !== undefined && { type }),
  }));
}

/** The program's name, else the image's, else the definition's, in the letters that AWS allows. */
function nameJob({ image, definition }: SubmissionOptions, [program]: readonly string[]): string {
  const source = program ?? definition ?? image ?? "";
  const name = source
    .slice(source.lastIndexOf("/") + 1)
    .replace(program === undefined ? /[:@].*$/ : "", "")
    .replaceAll(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 100);
  return name === "" ? "job" : name;
}

interface DefinitionNeeds {
  readonly options: SubmissionOptions;
  readonly command: readonly string[];
  readonly jobName: string;
}

async function prepareDefinition(
  context: Context,
  { options, command, jobName }: DefinitionNeeds,
): Promise<{ readonly jobDefinition: string; readonly containerOverrides: ContainerOverrides }> {
  const { definition, image = DEFAULTS.image, vcpus, memory } = options;
  const environment: KeyValuePair[] = Object.entries(options.env ?? {}).map(([name, value]) => ({
    name,
    value,
  }));
  const overrides: ContainerOverrides = {
    ...(command.length > 0 && { command }),
    ...(environment.length > 0 && { environment }),
  };
  if (definition !== undefined) {
    const resourceRequirements = requirements(vcpus, memory);
    return {
      jobDefinition: definition,
      containerOverrides: { ...overrides, ...(resourceRequirements.length > 0 && { resourceRequirements }) },
    };
  }
  const isLong = JSON.stringify(overrides).length > OVERRIDES_LENGTH_MAX;
  const containerProperties: ContainerProperties = {
    image,
    resourceRequirements: requirements(vcpus ?? DEFAULTS.vcpus, memory ?? DEFAULTS.memoryMiB),
    ...(isLong && overrides),
  };
  const jobDefinition = await registerOnce(
    context,
    `batchyard-${jobName}`.slice(0, 128),
    containerProperties,
  );
  return { jobDefinition, containerOverrides: isLong ? {} : overrides };
}

function requirements(vcpus: string | undefined, memoryMiB: number | undefined): ResourceRequirement[] {
  return [
    ...(vcpus === undefined ? [] : [{ type: "VCPU" as const, value: vcpus }]),
    ...(memoryMiB === undefined ? [] : [{ type: "MEMORY" as const, value: String(memoryMiB) }]),
  ];
}

/** Name and revision of an ACTIVE definition that is just so; registered if there is none. */
async function registerOnce(
  { client }: Context,
  jobDefinitionName: string,
  containerProperties: ContainerProperties,
): Promise<string> {
  const { jobDefinitions = [] } = await client.batch("DescribeJobDefinitions", {
    jobDefinitionName,
    status: "ACTIVE",
  });
  const same = jobDefinitions.find((definition) => isSame(definition, containerProperties));
  const { revision } =
    same ??
    (await client.batch("RegisterJobDefinition", {
      jobDefinitionName,
      type: "container",
      containerProperties,
    }));
  return `${jobDefinitionName}:${revision}`;
}

/** What the services fill in is left out of the comparison: empty lists, and the platform that is the default. */
function isSame(definition: JobDefinition, containerProperties: ContainerProperties): boolean {
  const { retryStrategy, timeout, parameters, platformCapabilities, schedulingPriority } = definition;
  const isPlain =
    (retryStrategy?.attempts ?? 1) === 1 &&
    timeout === undefined &&
    schedulingPriority === undefined &&
    Object.keys(parameters ?? {}).length === 0 &&
    (platformCapabilities ?? []).every((capability) => capability === "EC2");
  return isPlain && deepEqual(normalForm(definition.containerProperties), normalForm(containerProperties));
}

function normalForm(properties: ContainerProperties = {}): object {
  const { resourceRequirements = [], environment = [], ...others } = properties;
  const filled = Object.entries({
    ...others,
    resourceRequirements: resourceRequirements.toSorted((a, b) => (a.type < b.type ? -1 : 1)),
    environment: environment.toSorted((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1)),
  }).filter(([, value]) => typeof value !== "object" || Object.keys(value).length > 0);
  return Object.fromEntries(filled);
}
