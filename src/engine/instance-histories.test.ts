import * as fc from "fast-check";
import { expect, test } from "vitest";
import { aJob, aJobQueue } from "../../test/support/builders.ts";
import { EngineBench, EXITED, HOST_LOST } from "../../test/support/engine-bench.ts";
import { spotRequest } from "../../test/support/environment-values.ts";
import { anEnvironment, environmentOf, obeys, putEnvironment } from "../../test/support/instance-bench.ts";
import { updateComputeEnvironment } from "../batch/compute-environment-update.ts";
import { ENGINE_CAUSE } from "../batch/cause.ts";
import { EC2_CATALOGUE } from "../batch/instance-catalogue.ts";
import { Refusal } from "../batch/refusal.ts";
import { addResources, fitsIn, NO_RESOURCES } from "../batch/resources.ts";
import type { Resources } from "../batch/resources.ts";
import { createSpotMarket } from "../batch/spot-market.ts";
import { assert } from "../lib/assert.ts";
import type { ComputeResourceUpdate } from "../model/batch.ts";
import { CatalogueSupply } from "../scheduler/scaling/catalogue-supply.ts";

/** Room for a few jobs at a time, so that on-demand jobs take Spot capacity back. */
const HOST = { vcpuMillis: 12_000, memoryMiB: 16_000, gpuCount: 0 };
const NAMES = ["ec2", "strict", "spot", "tasks"] as const;
const THINGS = [
  anEnvironment("ec2", { instanceTypes: ["c5", "m5"], maxvCpus: 10 }),
  anEnvironment("strict", {
    instanceTypes: ["c5"],
    allocationStrategy: "BEST_FIT",
    minvCpus: 4,
    maxvCpus: 6,
  }),
  anEnvironment("spot", spotRequest({ instanceTypes: ["c5.large", "m5.xlarge"], bidPercentage: 60 })),
  anEnvironment("tasks", {
    type: "FARGATE_SPOT",
    maxvCpus: 4,
    minvCpus: undefined,
    instanceTypes: undefined,
    instanceRole: undefined,
    allocationStrategy: undefined,
  }),
  aJobQueue("both", ["ec2", "spot"], { priority: 1 }),
  aJobQueue("strict", ["strict"], { priority: 2 }),
  aJobQueue("spot", ["spot"], { priority: 3 }),
  aJobQueue("tasks", ["tasks"], { priority: 3 }),
];
const QUEUES = ["both", "strict", "spot", "tasks"] as const;

const update: fc.Arbitrary<ComputeResourceUpdate> = fc.record(
  {
    minvCpus: fc.constantFrom(0, 2, 4),
    maxvCpus: fc.constantFrom(4, 10, 16),
    desiredvCpus: fc.constantFrom(2, 8, 16),
    scalingPolicy: fc.constantFrom({ minScaleDownDelayMinutes: 20 }, { minScaleDownDelayMinutes: 0 }),
    instanceTypes: fc.constantFrom(["c5.large"], ["m5"], ["c5", "m5.large"]),
  },
  { requiredKeys: [] },
);

/** One thing that happens. Numbers choose among what there is at that moment. */
const happening = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("submit" as const),
      queue: fc.constantFrom(...QUEUES),
      vcpus: fc.constantFrom(0.25, 1, 2, 4),
      memoryMiB: fc.constantFrom(500, 3000, 9000),
      family: fc.constantFrom("single", "single", "array", "multi-node"),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("come up" as const), which: fc.nat() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("end" as const),
      which: fc.nat(),
      outcome: fc.constantFrom(EXITED(0), EXITED(0), EXITED(1), HOST_LOST),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("pass time" as const),
      seconds: fc.constantFrom(1, 30, 60, 121, 400, 1800),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("update" as const),
      name: fc.constantFrom(...NAMES),
      state: fc.constantFrom("ENABLED" as const, "ENABLED" as const, "DISABLED" as const),
      update,
      terminateJobsOnUpdate: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose the provider" as const) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer Value> ? Value : never;

class History {
  readonly bench: EngineBench;
  readonly seen = new Set<string>();
  #jobCount = 0;
  /** Ids of instances that there were after the tick before. */
  #known = new Set<string>();

  constructor(bench: EngineBench) {
    this.bench = bench;
  }

  async step(one: Happening): Promise<void> {
    const { bench } = this;
    switch (one.kind) {
      case "submit":
        await this.#submit(one);
        break;
      case "come up":
        await bench.someComesUp(one.which);
        break;
      case "end":
        await bench.someEnds(one.which, one.outcome);
        break;
      case "pass time":
        bench.nowMs += one.seconds * 1000;
        break;
      case "update":
        await this.#update(one);
        break;
      case "restart":
        await bench.restart();
        break;
      case "lose the provider":
        bench.provider.isAway = !bench.provider.isAway;
    }
    await this.settle();
  }

  /** Ticks until the engine is at rest, and looks at what is true after each. */
  async settle(): Promise<void> {
    let dueMs: number | undefined = 0;
    for (let count = 0; dueMs === 0; count += 1) {
      assert(count < 100, "the engine does not come to rest");
      dueMs = await this.bench.tick();
      this.#check();
    }
    await obeys(this.bench);
  }

  async #submit({ queue, vcpus, memoryMiB, family }: Extract<Happening, { kind: "submit" }>): Promise<void> {
    this.#jobCount += 1;
    const job = aJob(`job-${this.#jobCount}`)
      .inQueue(queue)
      .retrying({ attempts: 2, evaluateOnExit: [{ onStatusReason: "Host EC2*", action: "RETRY" }] });
    const sized = job.needing({ vcpuMillis: vcpus * 1000, memoryMiB });
    if (family === "single" || queue === "tasks") await this.bench.submit(sized);
    else await this.bench.submit(family === "array" ? sized.array(5) : job.nodes(3));
  }

  async #update(one: Extract<Happening, { kind: "update" }>): Promise<void> {
    const { name, state, terminateJobsOnUpdate } = one;
    const isOnFargate = name === "tasks";
    const updated = updateComputeEnvironment(
      environmentOf(this.bench, name),
      {
        computeEnvironment: name,
        state,
        ...(!isOnFargate && { updatePolicy: { terminateJobsOnUpdate } }),
        ...(!isOnFargate && Object.keys(one.update).length > 0 && { computeResources: one.update }),
      },
      { cause: ENGINE_CAUSE, queues: [], instanceCatalogue: EC2_CATALOGUE },
    );
    if (!(updated instanceof Refusal)) await putEnvironment(this.bench, updated);
  }

  /** Asked often: hence plain assertions. */
  #check(): void {
    const { jobs } = this.bench.engine.sequencer.state;
    let onHost = NO_RESOURCES;
    const onInstances = new Map<string, Resources>();
    for (const job of jobs.active.values()) {
      const main = jobs.nodesOf(job)?.main;
      const charge = (main === undefined ? undefined : job.nodeResources?.[main]) ?? job.resources;
      const { instance, outcome } = job.activeAttempt ?? {};
      if (outcome !== undefined) continue;
      onHost = addResources(onHost, charge);
      if (instance === undefined) continue;
      onInstances.set(
        instance.instanceId,
        addResources(onInstances.get(instance.instanceId) ?? NO_RESOURCES, charge),
      );
    }
    assert(fitsIn(onHost, HOST), "the host is promised more than it has");
    for (const name of NAMES) this.#checkEnvironment(name, onInstances);
    this.#known = new Set(this.#instances().map(({ instance }) => instance.instanceId));
  }

  #checkEnvironment(name: string, onInstances: ReadonlyMap<string, Resources>): void {
    const { state } = this.bench.engine.sequencer;
    const { arn, computeResources, status } = environmentOf(this.bench, name);
    assert(computeResources !== undefined, "an environment without resources");
    const { minvCpus = 0, maxvCpus, desiredvCpus = 0, allocationStrategy } = computeResources;
    assert(desiredvCpus >= minvCpus || name === "tasks", `${name} wants less than it keeps`);
    assert(desiredvCpus <= maxvCpus, `${name} wants more than it may have`);
    let vcpuMillis = 0;
    for (const { instance, tasks, free } of state.instances.ofEnvironment(arn).all.values()) {
      const { instanceId, resources, registeredAtMs, leaving } = instance;
      const used = onInstances.get(instanceId) ?? NO_RESOURCES;
      assert(fitsIn(used, resources), `${instanceId} is promised more than it has`);
      assert(free.vcpuMillis === resources.vcpuMillis - used.vcpuMillis, `${instanceId} counts wrongly`);
      assert(registeredAtMs !== undefined || tasks.size === 0, `${instanceId} boots and has jobs`);
      if (!this.#known.has(instanceId)) {
        const isStrict = allocationStrategy === "BEST_FIT";
        const most = vcpuMillis + (isStrict ? resources.vcpuMillis : 1);
        assert(most <= maxvCpus * 1000, `${name} is larger than it may be`);
        this.seen.add(`${name} launches`);
      }
      vcpuMillis += resources.vcpuMillis;
      if (leaving !== undefined) this.seen.add(leaving.because);
      if (registeredAtMs === undefined) this.seen.add("boots");
    }
    if (vcpuMillis > maxvCpus * 1000) this.seen.add("one above");
    this.seen.add(status);
  }

  #instances() {
    const { environments } = this.bench.engine.sequencer.state.instances;
    return [...environments.values()].flatMap(({ all }) => [...all.values()]);
  }
}

/** What histories that deserve the name come to. */
const SEEN = [
  "ec2 launches",
  "strict launches",
  "spot launches",
  "reclaimed",
  "replaced",
  "lost",
  "boots",
  "one above",
  "UPDATING",
];

test("whatever happens, nothing is promised more than it has and nothing grows beyond its limit", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(0, 90_000),
      fc.array(happening, { maxLength: 50, size: "max" }),
      async (bootMs, happenings) => {
        const market = createSpotMarket({ seed: 7 });
        const capacity = { supply: new CatalogueSupply(EC2_CATALOGUE, bootMs, market), market };
        const history = new History(await EngineBench.open(THINGS, { isTickedByHand: true, capacity }));
        history.bench.provider.host = HOST;
        await history.settle();
        for (const one of happenings) await history.step(one);
        for (const one of history.seen) seen.add(one);
      },
    ),
    { numRuns: 300 },
  );
  expect(SEEN.filter((one) => !seen.has(one))).toEqual([]);
}, 60_000);
