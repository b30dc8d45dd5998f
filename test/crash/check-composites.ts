import { parentIdOf, wasInterrupted } from "./check-jobs.ts";
import { plannedCodes } from "./composite-plans.ts";
import type { ArrayPlan, CompositePlan, ContainersPlan, NodesPlan } from "./composite-plans.ts";
import type { CrashRecord, Submission, Wish } from "./crash-record.ts";
import type { FinalFacts, JobFacts } from "./final-facts.ts";
import { isSingle } from "./job-plans.ts";
import type { OrderMark } from "./marks.ts";

const DEPENDENT_FAILED = "Dependent Job failed";
const COMPOSITE_KINDS: readonly CompositePlan["kind"][] = ["dependent", "array", "nodes", "containers"];
const CHILD_FAILED = "Array Child Job failed";

/** A job of several parts, or one that waited for others, with all that is known of it. */
interface Composite<Plan extends CompositePlan = CompositePlan> {
  readonly plan: Plan;
  readonly job: JobFacts;
  /** By index; none of a job that has no children. */
  readonly children: readonly JobFacts[];
  /** Of the job and its children, in their order. */
  readonly marks: readonly PlacedMark[];
  readonly wishes: readonly Wish[];
}

interface PlacedMark extends OrderMark {
  /** In the order of all. */
  readonly place: number;
}

/** Everything that has an end of its own: a job that is no array, or a child of one. */
interface Unit {
  readonly job: JobFacts;
  readonly marks: readonly PlacedMark[];
  /** What its attempts end with if it runs, and nobody interferes. */
  readonly codes: readonly (number | undefined)[];
  readonly isInterrupted: boolean;
}

/** What has become of jobs of many parts, and of those that wait for others, is what their plans say. */
export function checkComposites(record: CrashRecord, facts: FinalFacts): string[] {
  const composites = findComposites(record, facts);
  const statuses = new Map(
    [...facts.jobs, ...[...facts.children.values()].flat()].map((job) => [job.jobId, job]),
  );
  const places = lastPlaces(facts.order);
  return composites.flatMap((composite) => {
    const { plan, job } = composite;
    const mistakes = [
      ...checkDependencies(composite, statuses, places),
      ...checkEnd(composite, statuses),
      ...checkAttemptOrder(composite),
      ...checkWishes(composite),
      ...(plan.kind === "nodes" ? checkNodes({ ...composite, plan }) : []),
      ...(plan.kind === "containers" ? checkContainers({ ...composite, plan }) : []),
    ];
    return mistakes.map((mistake) => `${plan.name} (${job.jobId}) ${mistake}`);
  });
}

/** How many of each kind came to their ends, and nobody interfered. */
export function countComposites(
  record: CrashRecord,
  facts: FinalFacts,
): ReadonlyMap<CompositePlan["kind"], number> {
  const areAskedFor = record.submissions.some(({ plan }) => !isSingle(plan));
  const counts = new Map((areAskedFor ? COMPOSITE_KINDS : []).map((kind) => [kind, 0]));
  for (const { plan, job, marks } of findComposites(record, facts)) {
    const isUndisturbed = !wasInterrupted(job) && marks.length > 0;
    counts.set(plan.kind, (counts.get(plan.kind) ?? 0) + (isUndisturbed ? 1 : 0));
  }
  return counts;
}

function findComposites({ submissions, wishes }: CrashRecord, facts: FinalFacts): readonly Composite[] {
  const jobs = new Map(facts.jobs.map((job) => [job.name, job]));
  const placed = facts.order.map((mark, place) => ({ ...mark, place }));
  const marks = Map.groupBy(placed, ({ jobId }) => parentIdOf(jobId));
  const wished = Map.groupBy(wishes, ({ jobId }) => parentIdOf(jobId));
  return submissions.flatMap(({ plan }: Submission): readonly Composite[] => {
    const job = jobs.get(plan.name);
    if (isSingle(plan) || job === undefined) return [];
    const { jobId } = job;
    const children = [...(facts.children.get(jobId) ?? [])].sort((a, b) => indexOf(a) - indexOf(b));
    return [{ plan, job, children, marks: marks.get(jobId) ?? [], wishes: wished.get(jobId) ?? [] }];
  });
}

/** The place of the last mark of each job, and of each child for itself. */
function lastPlaces(order: readonly OrderMark[]): ReadonlyMap<string, number> {
  return new Map(
    order.flatMap(({ jobId }, place): [string, number][] => [
      [parentIdOf(jobId), place],
      [jobId, place],
    ]),
  );
}

function indexOf({ jobId }: JobFacts): number {
  return Number(/\d+$/.exec(jobId)?.[0]);
}

/** Nothing began before all that it waits for had come to its end, and well. */
function checkDependencies(
  composite: Composite,
  jobs: ReadonlyMap<string, JobFacts>,
  places: ReadonlyMap<string, number>,
): string[] {
  return composite.marks
    .filter(({ kind }) => kind === "starts")
    .flatMap((mark) =>
      awaitedIds(composite, mark.jobId).flatMap((awaitedId) => {
        const status = jobs.get(awaitedId)?.status;
        if (status !== "SUCCEEDED") return [`began, and waits for ${awaitedId}, which is ${status}`];
        const isEarly = (places.get(awaitedId) ?? -1) > mark.place;
        return isEarly ? [`began (${mark.jobId}) while ${awaitedId}, for which it waits, was at work`] : [];
      }),
    );
}

/** The jobs and children that the job, or a child of it, waits for. */
function awaitedIds({ plan, job }: Composite, jobId: string): readonly string[] {
  const childIndex = jobId === job.jobId ? undefined : Number(/:(\d+)$/.exec(jobId)?.[1]);
  return plan.dependsOn.flatMap(({ jobId: awaited = job.jobId, type }) => {
    if (type === "N_TO_N") return childIndex === undefined ? [] : [`${awaited}:${childIndex}`];
    if (type !== "SEQUENTIAL") return [awaited];
    return childIndex === undefined || childIndex === 0 ? [] : [`${awaited}:${childIndex - 1}`];
  });
}

function checkEnd(composite: Composite, jobs: ReadonlyMap<string, JobFacts>): string[] {
  const { plan, job, children } = composite;
  const isInterrupted = wasInterrupted(job);
  if (plan.kind !== "array") {
    const marks = composite.marks.filter(
      ({ jobId, container }) =>
        ["only", "app"].includes(container) && (plan.kind !== "nodes" || jobId === mainNodeId(plan, job)),
    );
    const unit: Unit = { job, marks, codes: plannedCodes(plan), isInterrupted };
    return checkUnit(unit, findFailed(composite, job.jobId, jobs));
  }
  return [
    ...checkArray(plan, job, children),
    ...children.flatMap((child, index) => {
      const marks = composite.marks.filter(({ jobId }) => jobId === child.jobId);
      const unit: Unit = {
        job: child,
        marks,
        codes: plannedCodes(plan, index),
        isInterrupted: isInterrupted || wasInterrupted(child),
      };
      const mistakes = checkUnit(unit, findFailed(composite, child.jobId, jobs));
      return mistakes.map((mistake) => `at index ${index} ${mistake}`);
    }),
  ];
}

function mainNodeId({ shape }: NodesPlan, { jobId }: JobFacts): string {
  return `${jobId}#${shape.mainNode}`;
}

/** What has failed of that which the job or the child waits for. */
function findFailed(
  composite: Composite,
  jobId: string,
  jobs: ReadonlyMap<string, JobFacts>,
): string | undefined {
  const awaited = awaitedIds(composite, jobId).find((awaitedId) => jobs.get(awaitedId)?.status === "FAILED");
  return awaited ?? findFailedBefore(composite, jobs);
}

/** An array that had failed before another was submitted, child by child behind its own, fails that as a whole. */
function findFailedBefore({ plan, job }: Composite, jobs: ReadonlyMap<string, JobFacts>): string | undefined {
  return plan.dependsOn
    .flatMap(({ jobId }) => jobs.get(jobId ?? "") ?? [])
    .find(({ status, stoppedAtMs }) => status === "FAILED" && stoppedAtMs <= job.createdAtMs)?.jobId;
}

/** One whose dependency failed never runs; any other makes the attempts of its plan, and each of them once. */
function checkUnit({ job, marks, codes, isInterrupted }: Unit, failedId: string | undefined): string[] {
  const found = job.attempts.map(({ exitCode }) => exitCode);
  if (isInterrupted) return checkInterruptedUnit({ job, marks, codes, isInterrupted });
  if (failedId !== undefined) {
    const isRight = job.status === "FAILED" && job.statusReason === DEPENDENT_FAILED && found.length === 0;
    return isRight && marks.length === 0
      ? []
      : [
          `waits for ${failedId}, which failed, and is ${job.status} (${job.statusReason}), ${found.length} attempts`,
        ];
  }
  const status = codes.at(-1) === 0 ? "SUCCEEDED" : "FAILED";
  const mistakes: string[] = [];
  if (String(found) !== String(codes))
    mistakes.push(`must have exit codes ${String(codes)}, has ${String(found)}`);
  if (job.status !== status) mistakes.push(`must be ${status}, is ${job.status} (${job.statusReason})`);
  for (const [index, code] of codes.entries()) {
    const [starts, ends] = marksOf(marks, index + 1);
    // An essential container that can never start.
    const runs = code === undefined ? 0 : 1;
    if (starts.length !== runs || ends.length !== runs || ends[0]?.exitCode !== code) {
      const left = ends.map(({ exitCode }) => exitCode).join(", ");
      mistakes.push(
        `has begun attempt ${index + 1} ${starts.length} times and left with ${left || "nothing"}`,
      );
    }
  }
  return mistakes;
}

function checkInterruptedUnit({ job, marks, codes }: Unit): string[] {
  const { attempts } = job;
  const mistakes: string[] = [];
  if (job.status !== "FAILED" && codes.at(-1) !== 0) mistakes.push(`was interrupted and is ${job.status}`);
  if (attempts.length > codes.length) mistakes.push(`has made ${attempts.length} attempts`);
  const numbers = new Set(marks.map(({ attemptNumber }) => attemptNumber));
  for (const number of numbers) {
    const [starts] = marksOf(marks, number);
    if (starts.length > 1) mistakes.push(`has begun attempt ${number} ${starts.length} times`);
    if (number > attempts.length) mistakes.push(`has begun attempt ${number} of ${attempts.length}`);
  }
  for (const [index, { exitCode }] of attempts.slice(0, -1).entries()) {
    if (exitCode !== codes[index]) mistakes.push(`has left attempt ${index + 1} with ${exitCode}`);
  }
  return mistakes;
}

function marksOf(
  marks: readonly PlacedMark[],
  number: number,
): readonly [starts: readonly PlacedMark[], ends: readonly PlacedMark[]] {
  const ofAttempt = marks.filter(({ attemptNumber }) => attemptNumber === number);
  return [ofAttempt.filter(({ kind }) => kind === "starts"), ofAttempt.filter(({ kind }) => kind === "ends")];
}

/** Its children are all there, once; its end and its summary follow from theirs. */
function checkArray({ size }: ArrayPlan, job: JobFacts, children: readonly JobFacts[]): string[] {
  const mistakes: string[] = [];
  const indexes = children.map(indexOf);
  if (String(indexes) !== String(Array.from({ length: size }, (_, index) => index))) {
    mistakes.push(`must have children 0 to ${size - 1}, has ${String(indexes)}`);
  }
  const counts: Record<string, number> = {};
  for (const { status } of children) counts[status] = (counts[status] ?? 0) + 1;
  const told = Object.entries(job.statusSummary ?? {}).filter(([, count]) => count > 0);
  const isSummaryRight =
    told.length === Object.keys(counts).length && told.every(([key, count]) => counts[key] === count);
  if (!isSummaryRight) {
    mistakes.push(
      `says ${JSON.stringify(job.statusSummary)} of its children, who are ${JSON.stringify(counts)}`,
    );
  }
  const hasFailed = children.some(({ status }) => status === "FAILED");
  // One that was cancelled has failed even where each of its children was at work, and succeeds.
  const status = hasFailed || wasInterrupted(job) ? "FAILED" : "SUCCEEDED";
  if (job.status !== status) mistakes.push(`must be ${status}, is ${job.status} (${job.statusReason})`);
  const isPlain = wasInterrupted(job) || [CHILD_FAILED, DEPENDENT_FAILED].includes(job.statusReason);
  if (hasFailed && !isPlain) mistakes.push(`says "${job.statusReason}"`);
  return mistakes;
}

/** What belongs to one attempt comes before all that belongs to the next: of each part, and of the nodes together. */
function checkAttemptOrder({ plan, marks }: Composite): string[] {
  const parts = Map.groupBy(marks, ({ jobId }) => (plan.kind === "nodes" ? "its nodes" : jobId));
  return [...parts].flatMap(([part, ofPart]) => {
    const numbers = ofPart.map(({ attemptNumber }) => attemptNumber);
    const isOrdered = numbers.every((number, index) => number >= (numbers[index - 1] ?? 0));
    return isOrdered ? [] : [`has marks of ${part} in attempts ${numbers.join(", ")}, in this order`];
  });
}

/** What was to be terminated, and did not end before, says that it was. */
function checkWishes({ job, children, wishes }: Composite): string[] {
  const all = new Map([job, ...children].map((one) => [one.jobId, one]));
  return wishes.flatMap(({ kind, jobId, fate, answeredAtMs, reason }) => {
    const wished = all.get(jobId);
    const isHeeded = wished === undefined || wasInterrupted(wished) || wasInterrupted(job);
    if (isHeeded || kind === "cancel" || fate === "lost" || answeredAtMs >= wished.stoppedAtMs) return [];
    return [`was to be terminated (${jobId}, ${reason}) and ended later of itself`];
  });
}

/**
 * The nodes of an attempt all come up, or the attempt as a whole ends: where a main node ended as it was to after having
 * met the others, each of these began once. None met one of another attempt.
 */
function checkNodes({ plan, job, children, marks }: Composite<NodesPlan>): string[] {
  const mistakes: string[] = [];
  const { nodeCount } = plan.shape;
  if (marks.some(({ kind }) => kind === "stranger")) mistakes.push("has met a node of another attempt");
  for (const [index, { exitCode }] of job.attempts.entries()) {
    const number = index + 1;
    const isCut = wasInterrupted(job) && index === job.attempts.length - 1;
    const hasMet = !isCut && number > plan.hastyAttempts && exitCode === plan.exitCodes[index];
    const [starts] = marksOf(marks, number);
    const counts = Map.groupBy(starts, ({ jobId }) => jobId);
    for (const [nodeId, ofNode] of counts) {
      if (ofNode.length > 1) mistakes.push(`has begun ${nodeId} ${ofNode.length} times in attempt ${number}`);
    }
    if (hasMet && counts.size !== nodeCount) {
      mistakes.push(`has come to its end in attempt ${number} with ${counts.size} of ${nodeCount} nodes`);
    }
  }
  if (job.attempts.length === 0) return mistakes;
  const indexes = children.map(indexOf);
  if (String(indexes) !== String(Array.from({ length: nodeCount }, (_, index) => index))) {
    mistakes.push(`must have nodes 0 to ${nodeCount - 1}, has ${String(indexes)}`);
  }
  for (const { jobId, status, attempts } of children) {
    if (status !== "SUCCEEDED" && status !== "FAILED") mistakes.push(`has ended, and ${jobId} is ${status}`);
    if (attempts.length !== job.attempts.length) {
      mistakes.push(`has made ${job.attempts.length} attempts, and ${jobId} ${attempts.length}`);
    }
  }
  return mistakes;
}

/** Each container ran at most once in an attempt, and `app` only after `init` had succeeded. */
function checkContainers({ plan, job, marks }: Composite<ContainersPlan>): string[] {
  return job.attempts.flatMap((_, index) => {
    const number = index + 1;
    const [starts, ends] = marksOf(marks, number);
    const mistakes = ["init", "side", "app"].flatMap((name) => {
      const count = starts.filter(({ container }) => container === name).length;
      return count > 1 ? [`has begun ${name} ${count} times in attempt ${number}`] : [];
    });
    const app = starts.find(({ container }) => container === "app");
    const init = ends.find(({ container }) => container === "init");
    const isAfterInit =
      app === undefined || (init !== undefined && init.place < app.place && plan.initCode === 0);
    return isAfterInit
      ? mistakes
      : [...mistakes, `has begun app in attempt ${number} before init had succeeded`];
  });
}
