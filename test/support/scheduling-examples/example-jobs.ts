import { consumableResourceArn } from "../../../src/batch/arn.ts";
import type { RetryStrategy } from "../../../src/batch/retry-strategy.ts";
import { aJob, JobBuilder, SCOPE } from "../builders.ts";
import { readItems, readLength, readMemory } from "./items.ts";
import type { ItemRule } from "./items.ts";

/** A job of an example, and what its attempts do. */
export interface ExampleJob {
  readonly builder: JobBuilder;
  readonly runMs: number;
  /** Of the first attempt, the second, and so on; of all further ones the last. */
  readonly exitCodes: readonly number[];
}

type JobRule = ItemRule<ExampleJob>;

const RULES: readonly JobRule[] = [
  { pattern: /([\d.]+) vCPU/, says: ([count], job) => needing(job, { vcpuMillis: Number(count) * 1000 }) },
  {
    pattern: /([\d.]+ [MG]iB)/,
    says: ([amount], job) => needing(job, { memoryMiB: readMemory(amount) }),
  },
  { pattern: /([\d.]+ (?:s|min|h))/, says: ([length], job) => ({ ...job, runMs: readLength(length) }) },
  { pattern: /share (\S+)/, says: ([shareIdentifier], job) => changed(job, { shareIdentifier }) },
  {
    pattern: /priority (\d+)/,
    says: ([priority], job) => changed(job, { schedulingPriority: Number(priority) }),
  },
  { pattern: /(\d+) nodes/, says: ([count], job) => ({ ...job, builder: job.builder.nodes(Number(count)) }) },
  {
    pattern: /array of (\d+)/,
    says: ([size], job) => ({ ...job, builder: job.builder.array(Number(size)) }),
  },
  {
    pattern: /(\d+) of (\S+)/,
    says: ([quantity, name], job) => {
      const consumableResource = consumableResourceArn(SCOPE, name);
      return { ...job, builder: job.builder.consuming([{ consumableResource, quantity: Number(quantity) }]) };
    },
  },
  {
    pattern: /(\d+) attempts(?: where "(.+)")?/,
    says: ([attempts, onStatusReason], job) => {
      const retryStrategy = retrying(Number(attempts), onStatusReason);
      return { ...job, builder: job.builder.retrying(retryStrategy) };
    },
  },
  {
    pattern: /exits ([\d ]+)/,
    says: ([codes], job) => ({ ...job, exitCodes: codes.split(" ").map(Number) }),
  },
];

/** The jobs of `a, b, c1..c3` that ask for the items. */
export function readJobs(names: string, queue: string, items: string): readonly ExampleJob[] {
  return names.split(/,\s*/).flatMap((name) =>
    expand(name).map((jobId) => {
      const builder = aJob(jobId).inQueue(queue);
      return readItems<ExampleJob>(items, RULES, { builder, runMs: Infinity, exitCodes: [0] });
    }),
  );
}

/** `b2..b4` is `b2`, `b3` and `b4`. */
function expand(name: string): readonly string[] {
  const [, prefix, from, to] = /^([a-z-]+)(\d+)\.\.\1(\d+)$/.exec(name) ?? [];
  if (from === undefined || to === undefined) return [name];
  const count = Number(to) - Number(from) + 1;
  return Array.from({ length: count }, (_, index) => `${prefix}${Number(from) + index}`);
}

function needing(job: ExampleJob, resources: Parameters<JobBuilder["needing"]>[0]): ExampleJob {
  return { ...job, builder: job.builder.needing(resources) };
}

function changed(job: ExampleJob, members: Partial<JobBuilder["job"]>): ExampleJob {
  const { builder } = job;
  return { ...job, builder: new JobBuilder({ ...builder.job, ...members }, builder.progress) };
}

/** With a pattern only what it matches is tried again. */
function retrying(attempts: number, onStatusReason: string): RetryStrategy {
  if (onStatusReason === "") return { attempts, evaluateOnExit: [] };
  return {
    attempts,
    evaluateOnExit: [
      { onStatusReason, action: "RETRY" },
      { onReason: "*", action: "EXIT" },
    ],
  };
}
