import type { Attempt } from "../../../src/batch/attempt.ts";
import { blockedReasonOf } from "../../../src/batch/blocked-head.ts";
import type { ComputeEnvironment } from "../../../src/batch/compute-environment.ts";
import type { Instance } from "../../../src/batch/instance.ts";
import type { JobQueue } from "../../../src/batch/job-queue.ts";
import type { CycleReport } from "../../../src/scheduler/schedule.ts";
import type { Change } from "../../../src/store/change.ts";
import { writeMoment } from "./items.ts";

/** One thing that happened; what several did alike at one moment is one line. */
interface Happening {
  readonly atMs: number;
  readonly subjects: readonly string[];
  /** With one subject, and with several. */
  readonly verb: readonly [string, string];
}

/** What happens in an example, in the words in which examples say it. */
export class Timeline {
  readonly #happenings: Happening[] = [];
  readonly #instances = new Map<string, { readonly name: string; instance: Instance }>();
  readonly #countByEnvironment = new Map<string, number>();
  readonly #statuses = new Map<string, string>();
  readonly #toldCounts = new Map<string, number>();
  #waits: ReadonlyMap<string, string> = new Map();
  #nowMs = 0;

  /** From now on things happen then, in milliseconds from the beginning. */
  goTo(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  get lines(): readonly string[] {
    return this.#happenings.map(({ atMs, subjects, verb }) => {
      const [one, several] = verb;
      return `${writeMoment(atMs)} ${subjects.join(", ")}${subjects.length === 1 ? one : several}`;
    });
  }

  /** Something that stands for itself. */
  say(text: string): void {
    this.#happenings.push({ atMs: this.#nowMs, subjects: [text], verb: ["", ""] });
  }

  committed(changes: readonly Change[]): void {
    for (const change of changes) this.#see(change);
  }

  cycleEnded({ blocked, isCutShort }: CycleReport): void {
    if (isCutShort) return;
    const waits = new Map(
      blocked.map(({ jobQueueArn, jobId, because }) => [jobQueueArn, `${jobId} waits: ${because}`]),
    );
    for (const [jobQueueArn, wait] of waits) if (this.#waits.get(jobQueueArn) !== wait) this.say(wait);
    this.#waits = waits;
  }

  /** The text with the names that instances have here. */
  withNames(text: string): string {
    return text.replaceAll(/i-[0-9a-f]{17}/g, (id) => this.#instances.get(id)?.name ?? id);
  }

  #see(change: Change): void {
    if (change.kind === "instance-put") this.#seeInstance(change.instance);
    if (change.kind === "attempt-put") this.#seeAttempt(change.attempt);
    if (change.kind === "job-changed") this.#seeJob(change);
    if (change.kind === "compute-environment-put") this.#seeStatus(change.computeEnvironment);
    if (change.kind === "job-queue-put") this.#seeBlocked(change.jobQueue);
  }

  #seeAttempt(attempt: Attempt): void {
    const { jobId, instance, computeEnvironmentArn, stopping, startedAtMs, outcome } = attempt;
    if ((stopping ?? startedAtMs ?? outcome) !== undefined) return;
    const place = this.#instances.get(instance?.instanceId ?? "")?.name ?? nameOf(computeEnvironmentArn);
    this.#add(jobId, ` starts on ${place}`, ` start on ${place}`);
  }

  #seeBlocked({ name, blockedHead }: JobQueue): void {
    const told = blockedHead?.told ?? [];
    const last = told.at(-1);
    if (last !== undefined && told.length !== this.#toldCounts.get(name)) {
      this.say(`${name} is blocked by ${blockedHead?.jobId}: ${blockedReasonOf(last.statusReason)}`);
    }
    this.#toldCounts.set(name, told.length);
  }

  #seeInstance(instance: Instance): void {
    const { instanceId, computeEnvironmentArn, instanceType, leaving } = instance;
    const environment = nameOf(computeEnvironmentArn);
    const known = this.#instances.get(instanceId);
    if (known === undefined) {
      const number = (this.#countByEnvironment.get(environment) ?? 0) + 1;
      this.#countByEnvironment.set(environment, number);
      const name = `${environment}/${number}`;
      this.#instances.set(instanceId, { name, instance });
      this.#add(name, ` is launched: ${instanceType}`, ` are launched: ${instanceType}`);
      return;
    }
    const { name, instance: before } = known;
    known.instance = instance;
    if (instance.terminatedAtMs !== undefined) {
      this.#add(name, ` is gone: ${instance.terminatedBecause}`, ` are gone: ${instance.terminatedBecause}`);
    } else if (leaving !== undefined && before.leaving === undefined) {
      const by = leaving.atMs === undefined ? "" : ` by ${writeMoment(leaving.atMs - BEGINNING_MS)}`;
      const text = `to go${by}: ${leaving.because}`;
      this.#add(name, ` has ${text}`, ` have ${text}`);
    } else if (instance.registeredAtMs !== undefined && before.registeredAtMs === undefined) {
      this.#add(name, " takes jobs", " take jobs");
    }
  }

  #seeJob({ jobId, patch }: Extract<Change, { kind: "job-changed" }>): void {
    const reason = this.withNames(patch.statusReason ?? "");
    if (jobId.includes("#")) return;
    if (patch.status === "SUCCEEDED") this.#add(jobId, " succeeds", " succeed");
    if (patch.status === "FAILED") this.#add(jobId, ` fails: ${reason}`, ` fail: ${reason}`);
    if (patch.status === "RUNNABLE" && patch.queuePosition !== undefined) {
      this.#add(jobId, ` is to be tried again: ${reason}`, ` are to be tried again: ${reason}`);
    }
  }

  #seeStatus({ name, status }: ComputeEnvironment): void {
    const before = this.#statuses.get(name);
    this.#statuses.set(name, status);
    if (before === undefined || before === "CREATING" || before === status) return;
    this.say(`${name} is ${status}`);
  }

  #add(subject: string, one: string, several: string): void {
    const last = this.#happenings.at(-1);
    if (last?.atMs === this.#nowMs && last.verb[1] === several) {
      this.#happenings[this.#happenings.length - 1] = { ...last, subjects: [...last.subjects, subject] };
    } else {
      this.#happenings.push({ atMs: this.#nowMs, subjects: [subject], verb: [one, several] });
    }
  }
}

/** What every example's clock shows at its beginning. */
export const BEGINNING_MS = 1_000_000;

/** The last part of an ARN. */
function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
