import type { AttemptDetail, ContainerProperties, JobDetail } from "../model/batch.ts";
import { containersOf } from "./task-containers.ts";

/** Where the output of one container of one attempt is. */
export interface LogStreamName {
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** Set where the job has several. */
  readonly container?: ContainerLabel;
  readonly group: string;
  readonly stream: string;
}

interface ContainerLabel {
  readonly name: string;
  /** Stands before its lines; as wide for each container of the job. */
  readonly prefix: string;
}

/** Where AWS Batch writes unless the definition says otherwise. */
const DEFAULT_GROUP = "/aws/batch/job";

/**
 * The log streams of a job's attempts, oldest first, the one under way included; attempts and containers that never ran
 * have none.
 */
export function logStreamsOf(job: JobDetail): readonly LogStreamName[] {
  const containers = containersOf(job);
  const width = Math.max(0, ...containers.map(({ name = "" }) => name.length));
  return (containers.length === 0 ? [undefined] : containers)
    .flatMap((container): readonly LogStreamName[] => {
      const name = container?.name ?? "";
      const group = groupOf(container ?? job.container);
      const label = { name, prefix: `${name.padEnd(width)} | ` };
      return streamsOf(job, container === undefined ? undefined : name).map((place) => ({
        ...place,
        group,
        ...(containers.length > 1 && { container: label }),
      }));
    })
    .toSorted((a, b) => a.attempt - b.attempt);
}

/** Where the output went instead, if the definition sends it elsewhere than to CloudWatch Logs. */
export function otherLogDriver(job: JobDetail): string | undefined {
  const [first = job.container, ...others] = containersOf(job);
  const driver = first?.logConfiguration?.logDriver;
  const isOfAll = others.every(({ logConfiguration }) => logConfiguration?.logDriver === driver);
  return driver === undefined || driver === "awslogs" || !isOfAll ? undefined : driver;
}

function streamsOf(
  job: JobDetail,
  name: string | undefined,
): readonly { readonly attempt: number; readonly stream: string }[] {
  const streams: (string | undefined)[] = (job.attempts ?? []).map((attempt) => streamOf(attempt, name));
  // Of the attempt under way there, else the latest one's.
  const current = name === undefined ? job.container : containersOf(job).find((one) => one.name === name);
  if (!streams.includes(current?.logStreamName)) streams.push(current?.logStreamName);
  return streams.flatMap((stream, index) => (stream === undefined ? [] : [{ attempt: index + 1, stream }]));
}

function streamOf(
  { container, taskProperties }: AttemptDetail,
  name: string | undefined,
): string | undefined {
  if (name === undefined) return container?.logStreamName;
  return taskProperties?.[0]?.containers?.find((one) => one.name === name)?.logStreamName;
}

function groupOf(properties: Pick<ContainerProperties, "logConfiguration"> | undefined): string {
  return properties?.logConfiguration?.options?.["awslogs-group"] ?? DEFAULT_GROUP;
}
