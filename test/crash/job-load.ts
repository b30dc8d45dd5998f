import { setTimeout as sleep } from "node:timers/promises";
import type {
  ContainerProperties,
  EvaluateOnExit,
  RegisterJobDefinitionCommandInput,
  SubmitJobCommandInput,
} from "@aws-sdk/client-batch";
import type { AwsClients } from "../support/aws-clients.ts";
import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import { ask } from "./ask.ts";
import type { AnyPlan, CrashRecord, ResourceState } from "./crash-record.ts";
import type { Watched } from "./kill-moment.ts";
import { isSingle, planJob } from "./job-plans.ts";
import type { JobPlan, JobKind } from "./job-plans.ts";
import { MARKS_VARIABLE } from "./marks-prelude.ts";
import type { LoadSize } from "./provider-under-test.ts";

const DESCRIBE_JOBS_MAX = 100;

export const DEFINITION = "crash";
export const QUEUES = { work: "work", held: "held" } as const;

/** Emitted when a call has been sent. */
export type ClientSignals = Pick<Watched, "submissions" | "terminations">;

export interface JobClientOptions {
  readonly record: CrashRecord;
  readonly random: SeededRandom;
  readonly nextNumber: () => number;
  readonly signals: ClientSignals;
  /** A kill is to hit a job that is being ended: those whose commands have begun are ended before all else. */
  readonly isStopWanted: () => boolean;
  readonly hasBegun: (jobId: string) => boolean;
  readonly load: LoadSize;
  readonly kinds: readonly JobKind[];
  /** What every script begins with. */
  readonly prelude: string;
}

/** A person or a program that submits jobs and changes its mind about some of them. Goes on through the server's deaths. */
export class JobClient {
  readonly #record: CrashRecord;
  readonly #random: SeededRandom;
  readonly #nextNumber: () => number;
  readonly #signals: ClientSignals;
  readonly #options: JobClientOptions;
  /** Only their submitter tags jobs, so that calls about one follow each other. */
  readonly #ownJobIds: string[] = [];

  constructor(options: JobClientOptions) {
    this.#options = options;
    this.#record = options.record;
    this.#random = options.random;
    this.#nextNumber = options.nextNumber;
    this.#signals = options.signals;
  }

  /** One call after another until the server is gone. */
  async work(clients: AwsClients, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.#step(clients);
      await sleep(this.#random.between(0, this.#options.load.pauseMsMax));
    }
  }

  async #step(clients: AwsClients): Promise<void> {
    const random = this.#random;
    const { openJobsMax, burstMax } = this.#options.load;
    const isFull = this.#record.openJobs.size >= openJobsMax;
    if (this.#options.isStopWanted() && this.#listBegun().length > 0)
      return this.#endSome(clients, "terminate");
    const choice = random.between(1, 100);
    if (choice <= 5) return this.#endSome(clients, "cancel");
    if (choice <= (isFull ? 60 : 15)) return this.#endSome(clients, "terminate");
    if (choice <= 35) return this.#tagSome(clients);
    if (isFull) return;
    const count = choice > 95 ? random.between(2, burstMax) : 1;
    await Promise.all(Array.from({ length: count }, () => this.#submit(clients)));
  }

  async #submit({ batch }: AwsClients): Promise<void> {
    const plan = planJob(this.#nextNumber(), this.#random, this.#options);
    const tags = { submitted: plan.name };
    const call = ask(batch.submitJob(submission(plan, tags)));
    this.#signals.submissions.emit();
    const answer = await call;
    const fate = this.#record.fateOf(`the submission of ${plan.name}`, answer);
    if (fate === undefined) return;
    if (answer.fate !== "answered") {
      this.#record.addSubmission({ plan, fate });
      return;
    }
    const { jobId = "" } = answer.value;
    this.#record.addSubmission({ plan, fate, jobId });
    this.#record.resource(jobTagsKey(jobId)).change(() => tags, fate);
    this.#ownJobIds.push(jobId);
  }

  /** Mostly those that do not end of themselves; of the others single ones now and then, and those of many parts seldom. */
  async #endSome({ batch }: AwsClients, kind: "cancel" | "terminate"): Promise<void> {
    const open = [...this.#record.openJobs];
    const single = open.filter(([, openPlan]) => isSingle(openPlan));
    const lasting = single.filter(([, openPlan]) => isLasting(openPlan));
    const begun = this.#options.isStopWanted() ? this.#listBegun() : [];
    const choice = this.#random.between(1, 100);
    const some = choice <= 60 ? lasting : choice <= 85 ? single : open;
    const [openId, plan] = this.#random.pick(begun.length > 0 ? begun : some) ?? [];
    if (openId === undefined || plan === undefined) return;
    const isOfChild = plan.kind === "array" && this.#random.chance(50);
    const jobId = isOfChild ? `${openId}:${this.#random.between(0, plan.size - 1)}` : openId;
    const reason = `${kind} ${this.#nextNumber()}`;
    const request = { jobId, reason };
    const askedAtMs = Date.now();
    const call = ask<unknown>(kind === "cancel" ? batch.cancelJob(request) : batch.terminateJob(request));
    if (kind === "terminate") this.#signals.terminations.emit();
    const fate = this.#record.fateOf(`${kind} of ${jobId}`, await call);
    if (fate === undefined) return;
    this.#record.wishes.push({ kind, jobId, reason, fate, askedAtMs, answeredAtMs: Date.now() });
  }

  /** Those that do not end of themselves, and are at it. */
  #listBegun(): readonly (readonly [string, AnyPlan])[] {
    return [...this.#record.openJobs].filter(
      ([jobId, plan]) => isLasting(plan) && this.#options.hasBegun(jobId),
    );
  }

  async #tagSome({ batch }: AwsClients): Promise<void> {
    const jobId = this.#random.pick(this.#ownJobIds);
    if (jobId === undefined) return;
    const resourceArn = jobArn(jobId);
    const tags = this.#record.resource(jobTagsKey(jobId));
    if (tags.certain === undefined) {
      const seen = await ask(batch.listTagsForResource({ resourceArn }));
      if (this.#record.fateOf(`a look at the tags of ${jobId}`, seen) !== "answered") return;
      if (seen.fate === "answered") this.#record.see(jobTagsKey(jobId), seen.value.tags ?? {});
    }
    const name = `tag${this.#random.between(1, 3)}`;
    if (this.#random.chance(30)) {
      const answer = await ask(batch.untagResource({ resourceArn, tagKeys: [name] }));
      const fate = this.#record.fateOf(`removing a tag of ${jobId}`, answer);
      if (fate !== undefined) tags.change((state) => without(state, name), fate);
      return;
    }
    const added = { [name]: String(this.#nextNumber()) };
    const answer = await ask(batch.tagResource({ resourceArn, tags: added }));
    const fate = this.#record.fateOf(`tagging ${jobId}`, answer);
    if (fate !== undefined) tags.change((state) => ({ ...state, ...added }), fate);
  }
}

/** Looks at every job that is not known to have ended, again and again. */
export async function watchJobs(
  { batch }: AwsClients,
  record: CrashRecord,
  { isOver, pauseMs }: { readonly isOver: () => boolean; readonly pauseMs: number },
): Promise<void> {
  while (!isOver()) {
    const open = [...record.openJobs].flatMap(([jobId, plan]) => [jobId, ...childIds(jobId, plan)]);
    for (let begin = 0; begin < open.length; begin += DESCRIBE_JOBS_MAX) {
      const asked = open.slice(begin, begin + DESCRIBE_JOBS_MAX);
      const answer = await ask(batch.describeJobs({ jobs: asked }));
      record.fateOf("DescribeJobs", answer);
      if (answer.fate !== "answered") return;
      record.seeJobs(asked, answer.value.jobs ?? []);
    }
    await sleep(pauseMs);
  }
}

/** Of an array, from the smallest index on. */
function childIds(jobId: string, plan: AnyPlan): readonly string[] {
  if (plan.kind !== "array") return [];
  return Array.from({ length: plan.size }, (_, index) => `${jobId}:${index}`);
}

/** The definition that all single jobs are of asks for little, so that what they wait for is their environment. */
export function definitionRequest(
  marksPath: string,
  containerProperties: Partial<ContainerProperties>,
): RegisterJobDefinitionCommandInput {
  return {
    jobDefinitionName: DEFINITION,
    type: "container",
    containerProperties: {
      ...containerProperties,
      command: ["true"],
      environment: [{ name: MARKS_VARIABLE, value: marksPath }],
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "32" },
      ],
    },
  };
}

/** AWS's own example: https://docs.aws.amazon.com/batch/latest/userguide/best-practices.html */
const RETRY_LOST_HOSTS = [
  { onStatusReason: "Host EC2*", action: "RETRY" },
  { onReason: "*", action: "EXIT" },
] satisfies EvaluateOnExit[];

function submission(plan: JobPlan, tags: Record<string, string>): SubmitJobCommandInput {
  const isHeld = plan.kind === "held";
  return {
    jobName: plan.name,
    jobQueue: isHeld ? QUEUES.held : QUEUES.work,
    jobDefinition: DEFINITION,
    containerOverrides: {
      command: ["sh", "-c", plan.script],
      ...(isHeld && { resourceRequirements: [{ type: "VCPU", value: "2" }] }),
    },
    retryStrategy: {
      attempts: plan.attempts,
      ...(!plan.retriesExits && { evaluateOnExit: RETRY_LOST_HOSTS }),
    },
    ...(plan.timeoutSeconds !== undefined && {
      timeout: { attemptDurationSeconds: plan.timeoutSeconds },
    }),
    tags,
  };
}

export function jobTagsKey(jobId: string): string {
  return `job-tags/${jobId}`;
}

/** The server's defaults: account and region of requests that say nothing else. */
function jobArn(jobId: string): string {
  return `arn:aws:batch:us-east-1:000000000000:job/${jobId}`;
}

function without(state: ResourceState, name: string): ResourceState {
  return Object.fromEntries(Object.entries(state ?? {}).filter(([key]) => key !== name));
}

/** Whether it ends only if somebody ends it. */
export function isLasting(plan: AnyPlan): boolean {
  return isSingle(plan) && plan.exitCodes.length === 0;
}
