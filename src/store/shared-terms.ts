import { isSameResources } from "../batch/resources.ts";
import type { EvaluateOnExit, RetryStrategy } from "../batch/retry-strategy.ts";
import { isSameScope, scopeKey } from "../batch/scope.ts";
import type { JobTerms } from "./live-job.ts";

/** How many different terms are remembered; beyond them equal ones may be held twice. */
const REMEMBERED_MAX = 10_000;
/** A power of two. */
const RECENT_COUNT = 1_024;

/** Gives equal terms as one object. */
export class SharedTerms {
  readonly #known = new Map<string, JobTerms>();
  /** Those met last: to compare a job with one of them takes a hundredth of the time that its key takes. */
  readonly #recent = Array.from<JobTerms | undefined>({ length: RECENT_COUNT });

  share(job: JobTerms): JobTerms {
    const slot = slotOf(job);
    const recent = this.#recent[slot];
    if (recent !== undefined && isSameTerms(recent, job)) return recent;
    const terms = this.#find(job);
    this.#recent[slot] = terms;
    return terms;
  }

  #find(job: JobTerms): JobTerms {
    const key = keyOf(job);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { scope, jobQueueArn, resources, nodeResources, retryStrategy, attemptDurationSeconds } = job;
    const terms = { scope, jobQueueArn, resources, nodeResources, retryStrategy, attemptDurationSeconds };
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear();
    this.#known.set(key, terms);
    return terms;
  }
}

/** What most jobs have nothing of is left to JSON: with that alone a key would take several times as long. */
function keyOf(terms: JobTerms): string {
  const { scope, jobQueueArn, resources, nodeResources, retryStrategy, attemptDurationSeconds } = terms;
  const { vcpuMillis, memoryMiB, gpuCount } = resources;
  const { attempts, evaluateOnExit } = retryStrategy;
  const isPlain = nodeResources === undefined && evaluateOnExit.length === 0;
  const rest = isPlain ? "" : JSON.stringify([nodeResources, evaluateOnExit]);
  const numbers = `${vcpuMillis} ${memoryMiB} ${gpuCount} ${attempts} ${attemptDurationSeconds}`;
  return `${scopeKey(scope)} ${jobQueueArn} ${numbers} ${rest}`;
}

/** Equal terms have the same, and different ones mostly another. */
function slotOf({ jobQueueArn, resources, attemptDurationSeconds = 0 }: JobTerms): number {
  const { vcpuMillis, memoryMiB, gpuCount } = resources;
  const ofQueue = jobQueueArn.charCodeAt(jobQueueArn.length - 1);
  const sum = vcpuMillis / 250 + 7 * memoryMiB + 31 * gpuCount + 61 * attemptDurationSeconds + 127 * ofQueue;
  return (sum ^ (sum >>> 10)) & (RECENT_COUNT - 1);
}

function isSameTerms(a: JobTerms, b: JobTerms): boolean {
  return (
    a.jobQueueArn === b.jobQueueArn &&
    a.attemptDurationSeconds === b.attemptDurationSeconds &&
    a.nodeResources === b.nodeResources &&
    isSameScope(a.scope, b.scope) &&
    isSameResources(a.resources, b.resources) &&
    isSameStrategy(a.retryStrategy, b.retryStrategy)
  );
}

function isSameStrategy(a: RetryStrategy, b: RetryStrategy): boolean {
  return (
    a.attempts === b.attempts &&
    a.evaluateOnExit.length === b.evaluateOnExit.length &&
    a.evaluateOnExit.every((rule, index) => isSameRule(rule, b.evaluateOnExit[index]))
  );
}

function isSameRule(a: EvaluateOnExit, b: EvaluateOnExit | undefined): boolean {
  return (
    a.action === b?.action &&
    a.onStatusReason === b.onStatusReason &&
    a.onReason === b.onReason &&
    a.onExitCode === b.onExitCode
  );
}
