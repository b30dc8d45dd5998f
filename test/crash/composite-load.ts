import { setTimeout as sleep } from "node:timers/promises";
import type { JobDependency, RegisterJobDefinitionCommandInput } from "@aws-sdk/client-batch";
import type { AwsClients } from "../support/aws-clients.ts";
import { ask } from "./ask.ts";
import {
  compositeMembers,
  CONTAINERS_DEFINITION,
  NODES_SHAPES,
  nodesDefinitionName,
  planArray,
  planContainers,
  planDependent,
  planNodes,
  plannedCodes,
} from "./composite-plans.ts";
import type { CompositePlan, NodesShape, PlanningFacts } from "./composite-plans.ts";
import type { AnyPlan, Submission } from "./crash-record.ts";
import { DEFINITION, jobTagsKey, QUEUES } from "./job-load.ts";
import { isLasting, type JobClientOptions } from "./job-load.ts";
import { isSingle } from "./job-plans.ts";
import { CONTAINER_VARIABLE, MARKS_VARIABLE } from "./marks-prelude.ts";
import type { ProviderUnderTest } from "./provider-under-test.ts";

type CompositeClientOptions = Omit<JobClientOptions, "kinds" | "isStopWanted" | "hasBegun">;

type Planner = (facts: PlanningFacts) => CompositePlan;

/** All of them in turn, in an order of the seed's. */
const PLANNERS: readonly Planner[] = [
  planDependent,
  planDependent,
  planArray,
  planArray,
  planNodes,
  planNodes,
  planContainers,
];

/** So many at the most are submitted one behind the other, each waiting for the one before, or all for the first. */
const FAMILY_SIZE_MAX = 5;

/** Jobs that may be waited for: the latest. */
const AWAITED_MAX = 20;

/** Submits arrays, jobs of several nodes or containers, and jobs that wait for others. Goes on through the server's deaths. */
export class CompositeClient {
  readonly #options: CompositeClientOptions;
  /** Those whose turn comes, from the last on. */
  readonly #planners: Planner[] = [];

  constructor(options: CompositeClientOptions) {
    this.#options = options;
  }

  async work(clients: AwsClients, isOver: () => boolean): Promise<void> {
    const { random, record, load } = this.#options;
    while (!isOver()) {
      const open = [...record.openJobs.values()].filter((plan) => !isSingle(plan));
      if (open.length < load.openCompositesMax) await this.#step(clients);
      await sleep(random.between(0, load.pauseMsMax));
    }
  }

  async #step(clients: AwsClients): Promise<void> {
    const { random } = this.#options;
    if (random.chance(75)) {
      await this.#submit(clients, this.#drawDependencies());
      return;
    }
    const isChain = random.chance(50);
    const count = random.between(2, FAMILY_SIZE_MAX);
    let awaited = await this.#submit(clients, this.#drawDependencies());
    for (let index = 1; index < count && awaited !== undefined; index += 1) {
      const jobId = await this.#submit(clients, [{ jobId: awaited }]);
      if (isChain) awaited = jobId;
    }
  }

  /** Mostly none; on jobs that end of themselves, mostly well, and may have ended, or on a child of an array. */
  #drawDependencies(): readonly JobDependency[] {
    const { random } = this.#options;
    if (random.chance(60)) return [];
    const mayFail = random.chance(20);
    const known = this.#known().filter(({ plan }) => !isLasting(plan) && (mayFail || isToSucceed(plan)));
    const drawn = random.shuffled(known).slice(0, random.between(1, 2));
    return drawn.map(({ plan, jobId = "" }) => {
      const isOnChild = plan.kind === "array" && random.chance(50);
      return { jobId: isOnChild ? `${jobId}:${random.between(0, plan.size - 1)}` : jobId };
    });
  }

  #nextPlanner(): Planner {
    if (this.#planners.length === 0) this.#planners.push(...this.#options.random.shuffled(PLANNERS));
    return this.#planners.pop() ?? planDependent;
  }

  #known(): readonly Submission[] {
    return this.#options.record.submissions.slice(-AWAITED_MAX).filter(({ jobId }) => jobId !== undefined);
  }

  /** Gives back the id; undefined where it was not acknowledged. */
  async #submit({ batch }: AwsClients, dependsOn: readonly JobDependency[]): Promise<string | undefined> {
    const { random, record, nextNumber, signals, prelude } = this.#options;
    const arrays = this.#known().flatMap(({ plan, jobId = "" }) =>
      plan.kind === "array" ? [{ jobId, size: plan.size }] : [],
    );
    const planned = this.#nextPlanner()({ number: nextNumber(), random, dependsOn, arrays });
    const tags = { submitted: planned.name };
    const members = compositeMembers(planned, random, { definition: DEFINITION, prelude });
    const call = ask(
      batch.submitJob({
        jobName: planned.name,
        jobQueue: QUEUES.work,
        dependsOn: [...planned.dependsOn],
        tags,
        ...members,
      }),
    );
    signals.submissions.emit();
    const answer = await call;
    const fate = record.fateOf(`the submission of ${planned.name}`, answer);
    if (fate === undefined) return undefined;
    if (answer.fate !== "answered") {
      record.addSubmission({ plan: planned, fate });
      return undefined;
    }
    const { jobId = "" } = answer.value;
    record.addSubmission({ plan: planned, fate, jobId });
    record.resource(jobTagsKey(jobId)).change(() => tags, fate);
    return jobId;
  }
}

/** If nobody interferes, and what it waits for itself succeeds. */
function isToSucceed(plan: AnyPlan): boolean {
  if (plan.kind === "array") return plan.failingIndex === undefined;
  const codes = isSingle(plan) ? plan.exitCodes : plannedCodes(plan);
  return codes.at(-1) === 0;
}

type ContainerProperties = ReturnType<ProviderUnderTest["containerProperties"]>;

/** The definitions of jobs of several nodes or containers: their scripts are parameters. */
export function compositeDefinitions(
  marksPath: string,
  properties: ContainerProperties,
): readonly RegisterJobDefinitionCommandInput[] {
  return [
    ...NODES_SHAPES.map((shape) => nodesDefinition(shape, marksPath, properties)),
    containersDefinition(marksPath, properties),
  ];
}

const SIZE = [
  { type: "VCPU" as const, value: "1" },
  { type: "MEMORY" as const, value: "32" },
];

function nodesDefinition(
  shape: NodesShape,
  marksPath: string,
  properties: ContainerProperties,
): RegisterJobDefinitionCommandInput {
  const { nodeCount, mainNode } = shape;
  const container = {
    ...properties,
    command: ["sh", "-c", "Ref::script"],
    environment: [{ name: MARKS_VARIABLE, value: marksPath }],
    resourceRequirements: SIZE,
  };
  return {
    jobDefinitionName: nodesDefinitionName(shape),
    type: "multinode",
    nodeProperties: {
      numNodes: nodeCount,
      mainNode,
      nodeRangeProperties: [{ targetNodes: "0:", container }],
    },
  };
}

function containersDefinition(
  marksPath: string,
  { volumes = [], ...properties }: ContainerProperties,
): RegisterJobDefinitionCommandInput {
  const { image, linuxParameters, mountPoints } = properties;
  const container = (name: string) => ({
    name,
    image,
    ...(linuxParameters !== undefined && { linuxParameters }),
    ...(mountPoints !== undefined && { mountPoints }),
    command: ["sh", "-c", `Ref::${name}`],
    environment: [
      { name: MARKS_VARIABLE, value: marksPath },
      { name: CONTAINER_VARIABLE, value: name },
    ],
    resourceRequirements: SIZE,
    essential: name === "app",
  });
  const dependsOn = [
    { containerName: "init", condition: "SUCCESS" },
    { containerName: "side", condition: "START" },
  ];
  const containers = [container("init"), container("side"), { ...container("app"), dependsOn }];
  return {
    jobDefinitionName: CONTAINERS_DEFINITION,
    type: "container",
    ecsProperties: { taskProperties: [{ containers, volumes: [...volumes] }] },
  };
}
