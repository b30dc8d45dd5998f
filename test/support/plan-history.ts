import { expect } from "vitest";
import { aComputeEnvironment, aConsumable, aJob, aJobQueue, aPolicy, aState, SCOPE } from "./builders.ts";
import type { Buildable } from "./builders.ts";
import type { Happening } from "./happening.ts";
import { consumableResourceArn, schedulingPolicyArn } from "../../src/batch/arn.ts";
import { addResources, NO_RESOURCES } from "../../src/batch/resources.ts";
import type { Resources } from "../../src/batch/resources.ts";
import type { ComputeEnvironment } from "../../src/batch/compute-environment.ts";
import type { JobDependency } from "../../src/batch/job.ts";
import { EC2_CATALOGUE } from "../../src/batch/instance-catalogue.ts";
import { admit } from "../../src/engine/admit.ts";
import { finish } from "../../src/engine/finish-attempt.ts";
import { endInstance, launchInstance } from "../../src/engine/instances.ts";
import { startAttempt } from "../../src/engine/start-attempt.ts";
import { sequentialIds } from "../../src/lib/sequential-ids.ts";
import type { Capacity } from "../../src/scheduler/capacity.ts";
import { CatalogueSupply } from "../../src/scheduler/scaling/catalogue-supply.ts";
import { roomOnItsWay } from "../../src/scheduler/scaling/reclaim.ts";
import { schedule } from "../../src/scheduler/schedule.ts";
import { isImpossible } from "../../src/scheduler/wait-reason.ts";
import type { Change } from "../../src/store/change.ts";
import type { LiveInstance } from "../../src/store/live-instances.ts";
import type { LiveJob, LiveState } from "../../src/store/live-state.ts";
import { planOf } from "../../src/simulator/oracle/plain-scheduler.ts";
import type {
  Plan,
  PlannedBlock,
  PlannedLaunch,
  PlannedPlacement,
} from "../../src/simulator/oracle/plain-scheduler.ts";
import { snapshotOf } from "../../src/simulator/oracle/snapshot.ts";

/** Less than the environments may have together, so that all limits are met. */
const HOST = { vcpuMillis: 24_000, memoryMiB: 49_152, gpuCount: 0 };
const TYPES = ["c6i.large", "c6i.xlarge", "c6i.2xlarge"];
const LICENCES = consumableResourceArn(SCOPE, "licences");

function world(): LiveState {
  const fair = { schedulingPolicyArn: schedulingPolicyArn(SCOPE, "fair") };
  return aState(
    aComputeEnvironment("shared", {
      type: "EC2",
      maxvCpus: 12,
      instanceTypes: TYPES,
      allocationStrategy: "BEST_FIT",
    }),
    aComputeEnvironment("overflow", { type: "SPOT", maxvCpus: 8, instanceTypes: TYPES }),
    aComputeEnvironment("fargate", { type: "FARGATE", maxvCpus: 4 }),
    aComputeEnvironment("host", { type: "EC2", maxvCpus: 6 }),
    aPolicy("fair", {}),
    aJobQueue("urgent", ["shared", "overflow"], { priority: 5 }),
    aJobQueue("q", ["shared", "host"]),
    aJobQueue("other", ["fargate", "overflow"]),
    aJobQueue("fair", ["shared", "overflow", "host"], fair),
    aConsumable("licences", 3),
  );
}

type Submission = Extract<Happening, { kind: "submit" }>;

export interface HistoryFacts {
  readonly state: LiveState;
  readonly capacity: Capacity;
  readonly nowMs: number;
  readonly keptForOnDemand: Resources;
}

/** A state and what happens to it, without any engine: cycles are run and compared when the history says so. */
export class PlanHistory {
  readonly #state = world();
  readonly #ids = sequentialIds();
  readonly #supply: CatalogueSupply;
  readonly #seen: Set<string>;
  #nowMs = 1_000_000;
  #submittedCount = 0;

  readonly #beforeCycle: (facts: HistoryFacts) => void;

  readonly #keptBesides: Resources;

  /**
   * @param beforeCycle is shown what each cycle decides on.
   * @param keptBesides of the host, for jobs on demand that are not in the history.
   */
  constructor(
    bootMs: number,
    seen: Set<string>,
    beforeCycle: (facts: HistoryFacts) => void = () => {},
    keptBesides: Resources = NO_RESOURCES,
  ) {
    this.#keptBesides = keptBesides;
    this.#supply = new CatalogueSupply(EC2_CATALOGUE, bootMs);
    this.#seen = seen;
    this.#beforeCycle = beforeCycle;
  }

  /** What a cycle at this moment decides on. */
  get facts(): HistoryFacts {
    const facts = {
      state: this.#state,
      capacity: { host: HOST, supply: this.#supply },
      nowMs: this.#nowMs,
    };
    return { ...facts, keptForOnDemand: addResources(roomOnItsWay(facts), this.#keptBesides) };
  }

  step(one: Happening): void {
    switch (one.kind) {
      case "submit":
        return this.#submit(one);
      case "cycle":
        return this.#cycle(one.limit);
      case "end":
        return this.#end(one.which, one.isWell);
      case "boot":
      case "leave":
      case "terminate":
        return this.#changeInstance(one.kind, one.which);
      case "pass time":
        this.#nowMs += one.seconds * 1000;
        return;
      case "change environment":
        return this.#changeEnvironment(one);
      case "change queue":
        return this.#changeQueue(one);
      case "change policy":
        return this.#apply(aPolicy("fair", one.policy));
      case "count licences":
        return this.#apply(aConsumable("licences", one.total));
    }
  }

  #submit(submission: Submission): void {
    const { queue, share, family, size, attempts, vcpuMillis, memoryMiB } = submission;
    const jobId = `job-${String((this.#submittedCount += 1)).padStart(3, "0")}`;
    const isShared = queue === "fair";
    let job = aJob(jobId).submitted().inQueue(queue).retrying({ attempts, evaluateOnExit: [] });
    job = job.at(this.#state.jobs.nextQueuePosition).needing({ vcpuMillis, memoryMiB });
    // Multi-node jobs with consumable resources are refused: see `batch/submission.ts`.
    if (submission.licenceCount > 0 && family !== "multi-node") {
      job = job.consuming([{ consumableResource: LICENCES, quantity: submission.licenceCount }]);
    }
    if (family === "array" || family === "sequential") job = job.array(size);
    const sequence = family === "sequential" ? [{ type: "SEQUENTIAL" } as const] : [];
    job = job.dependingOn(...sequence, ...this.#dependencyOn(submission.waitsFor));
    if (family === "multi-node") job = job.nodes(size, size - 1);
    const { schedulingPriority } = submission;
    this.#apply(isShared ? job.inShare(share, schedulingPriority) : job.with({ schedulingPriority }));
    admit(this.#state, (change) => this.#change(change), this.#nowMs);
  }

  #dependencyOn(which: number | null): readonly JobDependency[] {
    const job = which === null ? undefined : this.#underWay(which);
    return job === undefined ? [] : [{ jobId: job.parent?.nodeResources ? job.parent.jobId : job.jobId }];
  }

  #underWay(which: number): LiveJob | undefined {
    const active = [...this.#state.jobs.active.values()];
    return active[which % active.length];
  }

  #end(which: number, isWell: boolean): void {
    const job = this.#underWay(which);
    if (job === undefined) return;
    const apply = (change: Change): void => this.#change(change);
    const outcome = { kind: "exited" as const, exitCode: isWell ? 0 : 1 };
    finish({ job, state: this.#state, apply }, outcome, this.#nowMs);
    admit(this.#state, apply, this.#nowMs);
  }

  /** Ends attempts of these jobs well, with all of their nodes, and the instances that leave for that. */
  endJobs(jobIds: readonly string[]): void {
    const state = this.#state;
    const apply = (change: Change): void => this.#change(change);
    const active = [...state.jobs.active.values()].filter((job) => {
      const isNode = job.parent?.nodeResources !== undefined;
      return jobIds.includes(isNode ? (job.parent?.jobId ?? "") : job.jobId);
    });
    for (const job of active) {
      finish({ job, state, apply }, { kind: "exited", exitCode: 0 }, this.#nowMs);
    }
    this.endLeaving();
    admit(state, apply, this.#nowMs);
  }

  /** Ends the instances that leave and have nothing to wait for, as each tick does. */
  endLeaving(): void {
    this.#endUnused(({ instance }) => instance.leaving !== undefined);
  }

  /** Has time pass until the instant, at which these instances go with what runs on them. */
  endInstances(instanceIds: readonly string[], atMs: number): void {
    const state = this.#state;
    const apply = (change: Change): void => this.#change(change);
    this.#nowMs = Math.max(this.#nowMs, atMs);
    for (const [taskId, job] of Array.from(state.jobs.active)) {
      const { instanceId = "" } = job.activeAttempt?.instance ?? {};
      if (!instanceIds.includes(instanceId) || !state.jobs.active.has(taskId)) continue;
      finish({ job, state, apply }, { kind: "host-lost" }, this.#nowMs);
    }
    this.#endUnused(({ instance }) => instanceIds.includes(instance.instanceId));
    admit(state, apply, this.#nowMs);
  }

  /** Has the idle instances of an environment go. */
  endIdle(computeEnvironmentName: string): void {
    const environment = this.#environmentOf(computeEnvironmentName);
    this.#endUnused(
      ({ instance }) =>
        instance.computeEnvironmentArn === environment?.arn && instance.registeredAtMs !== undefined,
    );
  }

  #endUnused(isMeant: (live: LiveInstance) => boolean): void {
    for (const { all } of this.#state.instances.environments.values()) {
      for (const live of Array.from(all.values())) {
        if (live.tasks.size === 0 && isMeant(live))
          this.#change(endInstance(live.instance, "idle", this.#nowMs));
      }
    }
  }

  #environmentOf(name: string): ComputeEnvironment | undefined {
    return [...this.#state.computeEnvironments.values()].find((one) => one.name === name);
  }

  #changeInstance(what: "boot" | "leave" | "terminate", which: number): void {
    const all = [...this.#state.instances.environments.values()].flatMap((one) => [...one.all.values()]);
    const fitting = all.filter((instance) => isFitting(what, instance));
    const instance = fitting[which % fitting.length]?.instance;
    if (instance === undefined) return;
    const atMs = this.#nowMs;
    if (what === "terminate") return this.#change(endInstance(instance, "idle", atMs));
    const changed =
      what === "boot"
        ? { ...instance, registeredAtMs: atMs }
        : { ...instance, leaving: { because: "reclaimed" as const, atMs: atMs + 120_000 } };
    this.#change({ kind: "instance-put", instance: changed });
  }

  #changeEnvironment({
    name,
    state,
    status,
    maxvCpus,
  }: Extract<Happening, { kind: "change environment" }>): void {
    const current = this.#environmentOf(name);
    if (current?.computeResources === undefined) return;
    const computeResources = { ...current.computeResources, maxvCpus };
    const computeEnvironment = { ...current, state, status, computeResources } as typeof current;
    this.#change({ kind: "compute-environment-put", computeEnvironment });
  }

  #changeQueue({ name, priority, status }: Extract<Happening, { kind: "change queue" }>): void {
    const current = [...this.#state.jobQueues.values()].find((one) => one.name === name);
    if (current === undefined) return;
    this.#change({ kind: "job-queue-put", jobQueue: { ...current, priority, status } });
  }

  #apply(thing: Buildable): void {
    for (const change of thing.changes()) this.#change(change);
  }

  #change(change: Change): void {
    this.#state.apply(change);
  }

  /** What production decides is what the plain scheduler decides. */
  #cycle(limit: number): void {
    const { keptForOnDemand } = this.facts;
    this.#beforeCycle(this.facts);
    const snapshot = snapshotOf(this.#state, HOST, this.#nowMs);
    const plan = planOf(snapshot, { limit, supply: this.#supply, keptForOnDemand });
    expect(this.#runProduction(limit)).toEqual({
      ...plan,
      blocked: reported(plan, snapshotQueueOf(snapshot), limit),
    });
    this.#note(plan);
  }

  #runProduction(limit: number): Plan {
    const placements: PlannedPlacement[] = [];
    const launches: PlannedLaunch[] = [];
    /** What the plan calls instances launched in this cycle. */
    const names = new Map<string, string>();
    const report = schedule(
      { ...this.facts, limit },
      {
        place: (placement) => {
          const { changes } = startAttempt(placement, this.#state, this.#ids, this.#nowMs);
          const attempt = changes.find((change) => change.kind === "attempt-put")?.attempt;
          const instanceIds = placement.instances.map(
            ({ instance: { instanceId } }) => names.get(instanceId) ?? instanceId,
          );
          const computeEnvironmentArn = placement.computeEnvironment.arn;
          placements.push({ jobId: attempt?.jobId ?? "", computeEnvironmentArn, instanceIds });
          for (const change of changes) this.#change(change);
        },
        launch: (launch) => {
          const { bootMs } = this.#supply;
          const change = launchInstance(launch, this.#ids, { nowMs: this.#nowMs, bootMs });
          this.#change(change);
          if (change.kind !== "instance-put") return;
          const { instanceId: realId, computeEnvironmentArn, instanceType } = change.instance;
          const instanceId = `launch-${launches.length + 1}`;
          names.set(realId, instanceId);
          launches.push({ instanceId, computeEnvironmentArn, instanceType });
        },
        wantRoom: () => undefined,
      },
    );
    // What a head would have launched tells people more, and decides nothing.
    const blocked = report.blocked.map(({ jobQueueArn, jobId, because }) => ({
      jobQueueArn,
      jobId,
      because,
    }));
    return { placements, launches, blocked };
  }

  #note({ placements, launches, blocked }: Plan): void {
    for (const { because } of blocked) this.#seen.add(because);
    for (const { jobId, instanceIds } of placements) {
      if (jobId.includes(":")) this.#seen.add("a child placed");
      if (instanceIds.length === 0) this.#seen.add("a task on Fargate");
      if (new Set(instanceIds).size > 1) this.#seen.add("nodes on instances of their own");
      if (instanceIds.length > new Set(instanceIds).size) this.#seen.add("nodes side by side");
      if (instanceIds.some((id) => id.startsWith("launch-"))) this.#seen.add("a job on a fresh instance");
    }
    if (launches.length > 1) this.#seen.add("several launches");
    if (new Set(blocked.map(({ jobQueueArn }) => jobQueueArn)).size < blocked.length) {
      this.#seen.add("several shares held up");
    }
  }
}

/** Production tells of one head of each queue, of the first that can never be had before others, and of none of the queue in which the limit was reached. */
function reported(
  { placements, blocked }: Plan,
  queueOf: (jobId: string) => string | undefined,
  limit: number,
): readonly PlannedBlock[] {
  const last = placements.length < limit ? undefined : placements.at(-1);
  const cutShort = last && queueOf(last.jobId);
  return [...Map.groupBy(blocked, ({ jobQueueArn }) => jobQueueArn).values()]
    .flatMap((heads) => heads.find(({ because }) => isImpossible(because)) ?? heads[0] ?? [])
    .filter(({ jobQueueArn }) => jobQueueArn !== cutShort);
}

function snapshotQueueOf({ queues }: ReturnType<typeof snapshotOf>): (jobId: string) => string | undefined {
  return (jobId) => queues.find(({ jobs }) => jobs.some((job) => job.jobId === jobId))?.arn;
}

function isFitting(what: "boot" | "leave" | "terminate", { instance, tasks }: LiveInstance): boolean {
  if (what === "terminate") return tasks.size === 0;
  if (instance.leaving !== undefined) return false;
  return what === "leave" || instance.registeredAtMs === undefined;
}
