import type { CrashRecord, Submission, Wish } from "./crash-record.ts";
import type { AttemptFacts, FinalFacts, JobFacts } from "./final-facts.ts";
import { exitCodeOf, isSingle } from "./job-plans.ts";
import type { JobPlan } from "./job-plans.ts";
import { wasInOutage, wentWithHost } from "./outages.ts";
import type { Outage } from "./outages.ts";

/** How an attempt ends whose command ended, by itself or not (AWS's sentence). */
const ESSENTIAL_CONTAINER_EXITED = "Essential container in task exited";
const ATTEMPT_TIMED_OUT = "Job attempt duration exceeded timeout";
/** What an engine that comes back may note of a container that it finds running, or gone. */
const ENGINE_CODES = [0, 137, 255];

/** Every acknowledged job is there once, every other at most once, and nothing that nobody asked for. */
export function checkExistence(
  { submissions }: CrashRecord,
  { listedJobIds, jobs, starts }: FinalFacts,
): string[] {
  const mistakes: string[] = [];
  for (const [jobId, listed] of Map.groupBy(listedJobIds, (id) => id)) {
    if (listed.length > 1) mistakes.push(`job ${jobId} is listed ${listed.length} times`);
  }
  const jobsByName = Map.groupBy(jobs, ({ name }) => name);
  for (const { plan, fate, jobId } of submissions) {
    const ids = (jobsByName.get(plan.name) ?? []).map((job) => job.jobId);
    if (ids.length > 1) mistakes.push(`${plan.name} was submitted once and exists ${ids.length} times`);
    if (fate === "answered" && !ids.includes(jobId ?? "")) {
      mistakes.push(`${plan.name} was acknowledged as ${jobId} and is not there`);
    }
  }
  const names = new Set(submissions.map(({ plan }) => plan.name));
  for (const { name, jobId } of jobs) {
    if (!names.has(name)) mistakes.push(`${name} (${jobId}) was submitted by nobody`);
  }
  const jobIds = new Set(jobs.map(({ jobId }) => jobId));
  for (const jobId of starts.keys()) {
    if (!jobIds.has(parentIdOf(jobId))) mistakes.push(`job ${jobId} has run and is not there`);
  }
  return mistakes;
}

/** Every job ended as its plan says, or as somebody wanted it to. */
export function checkEnds(record: CrashRecord, facts: FinalFacts): string[] {
  const plans = plansByName(record.submissions);
  const wishes = Map.groupBy(record.wishes, ({ jobId }) => jobId);
  return facts.jobs.flatMap((job) => {
    const plan = plans.get(job.name);
    if (plan === undefined) return [];
    const wished = wishes.get(job.jobId) ?? [];
    const mistakes = wasInterrupted(job)
      ? checkInterrupted(job, plan, wished, record.outages)
      : checkNatural(job, plan, wished, record.outages);
    return mistakes.map((mistake) => `${job.name} (${job.jobId}) ${mistake}`);
  });
}

/** Every attempt left the marks of one run and no more. */
export function checkMarks(record: CrashRecord, facts: FinalFacts): string[] {
  const plans = plansByName(record.submissions);
  return facts.jobs.flatMap((job) => {
    const plan = plans.get(job.name);
    if (plan === undefined) return [];
    const mistakes = checkMarksOfJob(job, plan, facts, record.outages);
    return mistakes.map((mistake) => `${job.name} (${job.jobId}) ${mistake}`);
  });
}

/** Those of single jobs. */
export function plansByName(submissions: readonly Submission[]): ReadonlyMap<string, JobPlan> {
  const plans = submissions.map(({ plan }) => plan).filter(isSingle);
  return new Map(plans.map((plan) => [plan.name, plan]));
}

/** Of a child or a node, the job that it belongs to; any other is its own. */
export function parentIdOf(jobId: string): string {
  return jobId.replace(/[:#]\d+$/, "");
}

/** Somebody had it cancelled or terminated, and it says so. */
export function wasInterrupted({
  isCancelled,
  isTerminated,
}: Pick<JobFacts, "isCancelled" | "isTerminated">): boolean {
  return isCancelled || isTerminated;
}

/** An engine that went away has ended it: it says so, or its command answered the engine's signal. */
function wasCutByEngine(plan: JobPlan, attempt: AttemptFacts, outages: readonly Outage[]): boolean {
  const hasAnswered = attempt.exitCode !== undefined && plan.stopCodes.includes(attempt.exitCode);
  return wentWithHost(attempt, outages) || (hasAnswered && wasInOutage(attempt, outages));
}

/** Something may have ended the attempt before its command came to its end, or to its beginning. */
export function mayBeCut(job: JobFacts, plan: JobPlan, index: number, outages: readonly Outage[]): boolean {
  const attempt = job.attempts[index];
  const isStopped = wasInterrupted(job) && index === job.attempts.length - 1;
  const isTimedOut = plan.timeoutSeconds !== undefined;
  return isStopped || isTimedOut || (attempt !== undefined && wasCutByEngine(plan, attempt, outages));
}

/** What each attempt must have left with, given which of them went down with their host. */
function expectedCodes(plan: JobPlan, job: JobFacts, outages: readonly Outage[]): (number | undefined)[] {
  const codes: (number | undefined)[] = [];
  for (let index = 0; index < plan.attempts; index += 1) {
    const attempt = job.attempts[index];
    const isCut = attempt !== undefined && wasCutByEngine(plan, attempt, outages);
    const code = isCut ? attempt.exitCode : exitCodeOf(plan, index);
    codes.push(code);
    const isLost = isCut && wentWithHost(attempt, outages);
    const isRetried = isLost || (code !== 0 && plan.retriesExits);
    if (!isRetried) break;
  }
  return codes;
}

function checkNatural(
  job: JobFacts,
  plan: JobPlan,
  wished: readonly Wish[],
  outages: readonly Outage[],
): string[] {
  const codes = job.attempts.map(({ exitCode }) => exitCode);
  const lost = job.attempts.filter((attempt) => wentWithHost(attempt, outages));
  const [last] = job.attempts.slice(-1);
  const expectedList = expectedCodes(plan, job, outages);
  const expected = expectedList.at(-1);
  if (expected === undefined && (last === undefined || !lost.includes(last))) {
    return [`cannot have ended of itself, is ${job.status} (${job.statusReason}) with ${codes.join(", ")}`];
  }
  const mistakes: string[] = [];
  if (String(codes) !== String(expectedList)) {
    mistakes.push(`must have exit codes ${expectedList.join(", ")}, has ${codes.join(", ")}`);
  }
  const status = expected === 0 ? "SUCCEEDED" : "FAILED";
  if (job.status !== status) mistakes.push(`must be ${status}, is ${job.status}`);
  if (job.exitCode !== expected) mistakes.push(`must show exit code ${expected}, shows ${job.exitCode}`);
  if (last !== undefined && job.statusReason !== last.statusReason) {
    mistakes.push(`has the status reason ${job.statusReason}, its last attempt ${last.statusReason}`);
  }
  const reason = plan.timeoutSeconds === undefined ? ESSENTIAL_CONTAINER_EXITED : ATTEMPT_TIMED_OUT;
  for (const attempt of job.attempts) {
    if (attempt.statusReason === reason || lost.includes(attempt)) continue;
    mistakes.push(`has an attempt with the status reason ${attempt.statusReason}`);
  }
  // One that had ended before is left alone.
  const ignored = wished.find(
    ({ kind, fate, answeredAtMs }) =>
      kind === "terminate" && fate === "answered" && answeredAtMs < job.stoppedAtMs,
  );
  if (ignored !== undefined)
    mistakes.push(`was to be terminated (${ignored.reason}) and ended later of itself`);
  return mistakes;
}

function checkInterrupted(
  job: JobFacts,
  plan: JobPlan,
  wished: readonly Wish[],
  outages: readonly Outage[],
): string[] {
  const mistakes: string[] = [];
  const kind = job.isCancelled ? "cancel" : "terminate";
  const heeded = wished.find((wish) => wish.kind === kind && wish.reason === job.statusReason);
  if (job.status !== "FAILED") mistakes.push(`must be FAILED, is ${job.status}`);
  if (heeded === undefined)
    mistakes.push(`says "${job.statusReason}", with which nobody asked to ${kind} it`);
  // Of several wishes the first stands, but that a cancellation does nothing to an attempt that is under way.
  const ignored = wished.find(
    (wish) =>
      wish.fate === "answered" &&
      wish.answeredAtMs < (heeded?.askedAtMs ?? 0) &&
      (wish.kind === "terminate" || plan.kind === "held"),
  );
  if (ignored !== undefined) {
    mistakes.push(`was asked to ${ignored.kind} (${ignored.reason}) before "${job.statusReason}" was said`);
  }
  // Whatever came before the last attempt ended of itself.
  const { attempts } = job;
  for (const [index, attempt] of attempts.entries()) {
    const { exitCode } = attempt;
    const isLast = index === attempts.length - 1;
    const stopCodes = [...plan.stopCodes, ...(wasInOutage(attempt, outages) ? ENGINE_CODES : []), undefined];
    const allowed = [exitCodeOf(plan, index), ...(isLast ? stopCodes : [])];
    if (!allowed.includes(exitCode) && !wasCutByEngine(plan, attempt, outages))
      mistakes.push(`attempt ${index + 1} has exit code ${exitCode}`);
  }
  if (attempts.length > plan.attempts) mistakes.push(`made ${attempts.length} attempts`);
  return mistakes;
}

function checkMarksOfJob(
  job: JobFacts,
  plan: JobPlan,
  facts: FinalFacts,
  outages: readonly Outage[],
): string[] {
  const mistakes: string[] = [];
  const starts = facts.starts.get(job.jobId) ?? [];
  const ends = facts.ends.get(job.jobId) ?? [];
  for (const { attemptNumber, taskId } of [...starts, ...ends]) {
    const recorded = job.attempts[attemptNumber - 1]?.taskId;
    if (taskId !== undefined && recorded !== taskId) {
      mistakes.push(`has run attempt ${attemptNumber} as task ${taskId}, which is recorded as ${recorded}`);
    }
  }
  for (const [index, { exitCode }] of job.attempts.entries()) {
    const number = index + 1;
    const startCount = starts.filter(({ attemptNumber }) => attemptNumber === number).length;
    const endCodes = ends
      .filter(({ attemptNumber }) => attemptNumber === number)
      .map((mark) => mark.exitCode);
    const isCut = mayBeCut(job, plan, index, outages);
    const hasLeft =
      exitCode !== undefined && exitCode === exitCodeOf(plan, index) && !plan.stopCodes.includes(exitCode);
    if (startCount > 1) mistakes.push(`has run attempt ${number} ${startCount} times`);
    if (startCount === 0 && !(isCut && !hasLeft)) mistakes.push(`has not run attempt ${number}`);
    const isEndRight = endCodes.length === 1 ? isCut || endCodes[0] === exitCode : endCodes.length === 0;
    if (!isEndRight || (endCodes.length === 0 && !(isCut && !hasLeft))) {
      mistakes.push(`has left attempt ${number} with ${endCodes.join(", ")}, recorded is ${exitCode}`);
    }
  }
  return mistakes;
}
