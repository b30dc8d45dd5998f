import { isTerminal } from "../../batch/job.ts";
import type { CreateChecker, Violation } from "../checker.ts";
import { CHECKERS } from "../checkers/checkers.ts";
import { TASK } from "../load.ts";
import type { Submission } from "../load.ts";
import { INSTANCE } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";
import { CALM_PROVIDER, environment, HOUR_MS, PLAIN, queue } from "../scenarios/plain.ts";
import { SCOPE } from "../server-life.ts";
import { Simulation } from "../simulation.ts";
import { figuresOf } from "./report.ts";
import type { PolicyFigures, RanJob } from "./report.ts";
import type { WorkloadJob } from "./workload-job.ts";

/** What decides whose job is next: who came first, or whose share had the least. */
export type ReplayPolicy = "FIFO" | "fair share";

export interface ReplayOptions {
  /** Those that ask for more than the machine has are left out: it could never run them. */
  readonly jobs: readonly WorkloadJob[];
  readonly vcpuCount: number;
  readonly policy: ReplayPolicy;
  readonly seed: number;
}

export interface Replay {
  readonly figures: PolicyFigures;
  readonly violations: readonly Violation[];
}

const AUDIT_STEPS = 10_000;
/** Jobs that hold the machine for a day leave nobody what their weights entitle them to. */
const { "fair-share": _, ...JUDGING } = CHECKERS;
/** As on AWS, where nothing is said. */
const SHARE_DECAY_SECONDS = 0;
const POLICY_NAME = "shares";

/**
 * Runs a workload on one machine whose processors are all there is, one queue for all of it, with every checker on.
 * Processors count and memory does not, as in what is published of such workloads. No job is started before one that has to
 * come first, whatever is free meanwhile: there is no backfilling.
 */
export async function replay({ jobs, vcpuCount, policy, seed }: ReplayOptions): Promise<Replay> {
  const fitting = jobs.filter((job) => job.vcpuCount <= vcpuCount);
  const ran: RanJob[] = [];
  const simulation = new Simulation({
    scenario: scenarioOf({ policy, vcpuCount, lastSubmitMs: fitting.at(-1)?.submitAtMs ?? 0 }),
    seed,
    checkers: { ...JUDGING, replay: collectInto(ran) },
    auditSteps: AUDIT_STEPS,
    load: submissionsOf(fitting, policy),
  });
  const { violations } = await simulation.run();
  return { figures: figuresOf(policy, ran, vcpuCount), violations };
}

interface ReplayWorld extends Pick<ReplayOptions, "policy" | "vcpuCount"> {
  readonly lastSubmitMs: number;
}

function scenarioOf({ policy, vcpuCount, lastSubmitMs }: ReplayWorld): Scenario {
  const isFairShare = policy === "fair share";
  const schedulingPolicyArn = `arn:aws:batch:${SCOPE.region}:${SCOPE.accountId}:scheduling-policy/${POLICY_NAME}`;
  const size = {
    jobCount: 0,
    instanceCount: Math.ceil(vcpuCount / INSTANCE.vcpuCount),
    hours: lastSubmitMs / HOUR_MS,
  };
  const machine = environment("machine", size, { instanceTypes: ["local.host"], maxvCpus: vcpuCount });
  return {
    ...PLAIN,
    name: `replay by ${policy}`,
    about: "a workload that was recorded or generated",
    size,
    resources: () => ({
      policies: isFairShare
        ? [{ name: POLICY_NAME, fairsharePolicy: { shareDecaySeconds: SHARE_DECAY_SECONDS } }]
        : [],
      environments: [machine],
      queues: [queue("all", ["machine"], isFairShare ? { schedulingPolicyArn } : {})],
      consumables: [],
    }),
    provider: { ...CALM_PROVIDER, startMs: { min: 0, max: 0 } },
    handledPercent: 0,
    retentionMs: 24 * HOUR_MS,
  };
}

function* submissionsOf(jobs: readonly WorkloadJob[], policy: ReplayPolicy): Generator<Submission> {
  for (const [index, job] of jobs.entries()) {
    const { submitAtMs, runTimeMs, vcpuCount, shareIdentifier } = job;
    yield {
      index,
      atMs: submitAtMs,
      waitsFor: [],
      input: {
        jobName: `job-${index}`,
        jobQueue: "all",
        jobDefinition: TASK,
        containerOverrides: {
          command: ["simulate", String(runTimeMs)],
          resourceRequirements: [
            { type: "VCPU", value: String(vcpuCount) },
            { type: "MEMORY", value: String(vcpuCount * MEMORY_MIB_PER_VCPU) },
          ],
        },
        ...(policy === "fair share" && {
          shareIdentifier: shareIdentifier.replaceAll("-", ""),
          schedulingPriorityOverride: 0,
        }),
      },
    };
  }
}

/** Less than the machine has for each, so that processors are what is short. */
const MEMORY_MIB_PER_VCPU = 64;

function collectInto(ran: RanJob[]): CreateChecker {
  return () => ({
    moved({ status, job, attempt }, before) {
      if (!isTerminal(status) || isTerminal(before)) return;
      const { startedAtMs, stoppedAtMs } = attempt ?? {};
      if (startedAtMs === undefined || stoppedAtMs === undefined) return;
      ran.push({
        submittedAtMs: job.createdAtMs,
        startedAtMs,
        stoppedAtMs,
        vcpuCount: job.resources.vcpuMillis / 1000,
      });
    },
  });
}
