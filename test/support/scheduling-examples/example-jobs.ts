import { consumableResourceArn } from "../../../src/batch/arn.ts";
import type { RetryStrategy } from "../../../src/batch/retry-strategy.ts";
import { aJob, SCOPE } from "../builders.ts";
import type { JobBuilder } from "../builders.ts";
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
  {
    pattern: /([\d.]+) vCPU/,
    says: built(([count], job) => job.needing({ vcpuMillis: Number(count) * 1000 })),
  },
  {
    pattern: /([\d.]+ [MG]iB)/,
    says: built(([amount], job) => job.needing({ memoryMiB: readMemory(amount) })),
  },
  { pattern: /([\d.]+ (?:s|min|h))/, says: ([length], job) => ({ ...job, runMs: readLength(length) }) },
  { pattern: /share (\S+)/, says: built(([shareIdentifier], job) => job.with({ shareIdentifier })) },
  {
    pattern: /priority (\d+)/,
    says: built(([priority], job) => job.with({ schedulingPriority: Number(priority) })),
  },
  { pattern: /(\d+) nodes/, says: built(([count], job) => job.nodes(Number(count))) },
  { pattern: /array of (\d+)/, says: built(([size], job) => job.array(Number(size))) },
  {
    pattern: /(\d+) of (\S+)/,
    says: built(([quantity, name], job) => {
      const consumableResource = consumableResourceArn(SCOPE, name);
      return job.consuming([{ consumableResource, quantity: Number(quantity) }]);
    }),
  },
  {
    pattern: /(\d+) attempts(?: where "(.+)")?/,
    says: built(([attempts, onStatusReason], job) =>
      job.retrying(retrying(Number(attempts), onStatusReason)),
    ),
  },
  {
    pattern: /exits ([\d ]+)/,
    says: ([codes], job) => ({ ...job, exitCodes: codes.split(" ").map(Number) }),
  },
];

/** A rule that is one more step of the job's builder. */
function built(
  step: (groups: readonly [string, string], builder: JobBuilder) => JobBuilder,
): JobRule["says"] {
  return (groups, job) => ({ ...job, builder: step(groups, job.builder) });
}

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
