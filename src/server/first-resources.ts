import { computeEnvironmentArn } from "../batch/arn.ts";
import { ENGINE_CAUSE, ENGINE_PRINCIPAL } from "../batch/cause.ts";
import { createComputeEnvironment, settleComputeEnvironment } from "../batch/compute-environment.ts";
import { createJobQueue, settleJobQueue } from "../batch/job-queue.ts";
import type { InstanceCatalogue } from "../batch/instance-catalogue.ts";
import { LOCAL_HOST } from "../batch/instance-type.ts";
import { Refusal } from "../batch/refusal.ts";
import type { Scope } from "../batch/scope.ts";
import { assert } from "../lib/assert.ts";
import type { IdSource } from "../lib/id-source.ts";
import type { Sequencer } from "../store/sequencer.ts";
import type { Store } from "../store/store.ts";

const SETTING = "first-resources";
const LOCAL = "local";

export interface FirstResourcesOptions {
  readonly sequencer: Sequencer;
  readonly store: Store;
  readonly ids: IdSource;
  readonly scope: Scope;
  readonly instanceCatalogue: InstanceCatalogue;
  /** What the environment may use at most: all that the host promises. */
  readonly maxvCpus: number;
  readonly isBare: boolean;
}

/**
 * On a data folder that was never used makes the compute environment `local` and the queue `default`, so that the
 * first job needs nothing else. Decided once: what a user deletes stays deleted. While nobody has changed `local`, its
 * size follows the machine's.
 */
export async function createFirstResources(options: FirstResourcesOptions): Promise<void> {
  const { store, sequencer, isBare } = options;
  if ((await store.readSetting(SETTING)) !== undefined) return followMachine(options);
  const value = isBare ? "left out" : "made";
  const resources = isBare ? [] : firstResources(options);
  await sequencer.decide(() => ({
    changes: [...resources, { kind: "setting-put", name: SETTING, value }],
    answer: undefined,
  }));
}

async function followMachine({ sequencer, scope, maxvCpus }: FirstResourcesOptions): Promise<void> {
  await sequencer.decide((state) => {
    const local = state.computeEnvironments.get(computeEnvironmentArn(scope, LOCAL));
    const { computeResources } = local ?? {};
    const isOurs = local?.cause.principal === ENGINE_PRINCIPAL && computeResources !== undefined;
    if (!isOurs || computeResources.maxvCpus === maxvCpus) return { changes: [], answer: undefined };
    const computeEnvironment = { ...local, computeResources: { ...computeResources, maxvCpus } };
    return { changes: [{ kind: "compute-environment-put", computeEnvironment }], answer: undefined };
  });
}

function firstResources({ ids, scope, instanceCatalogue, maxvCpus }: FirstResourcesOptions) {
  const created = createComputeEnvironment(
    {
      computeEnvironmentName: LOCAL,
      type: "MANAGED",
      computeResources: { type: "EC2", minvCpus: 0, maxvCpus, instanceTypes: [LOCAL_HOST], subnets: [] },
    },
    { scope, uuid: ids.uuid(), cause: ENGINE_CAUSE, isNameTaken: false, instanceCatalogue },
  );
  assert(!(created instanceof Refusal), "the first compute environment is refused");
  const computeEnvironment = settleComputeEnvironment(created);
  assert(computeEnvironment !== "gone", "the first compute environment is gone");

  const queue = createJobQueue(
    {
      jobQueueName: "default",
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: LOCAL }],
    },
    {
      scope,
      cause: ENGINE_CAUSE,
      isNameTaken: false,
      instanceCatalogue,
      findComputeEnvironment: () => computeEnvironment,
      findServiceEnvironment: () => undefined,
      findSchedulingPolicy: () => undefined,
    },
  );
  assert(!(queue instanceof Refusal), "the first queue is refused");
  const jobQueue = settleJobQueue(queue);
  assert(jobQueue !== "gone", "the first queue is gone");
  return [
    { kind: "compute-environment-put", computeEnvironment } as const,
    { kind: "job-queue-put", jobQueue } as const,
  ];
}
