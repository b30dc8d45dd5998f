import { computeEnvironmentArn } from "../../src/batch/arn.ts";
import { ENGINE_CAUSE } from "../../src/batch/cause.ts";
import { createComputeEnvironment, deleteComputeEnvironment } from "../../src/batch/compute-environment.ts";
import type { ComputeEnvironment } from "../../src/batch/compute-environment.ts";
import { updateComputeEnvironment } from "../../src/batch/compute-environment-update.ts";
import { EC2_CATALOGUE } from "../../src/batch/instance-catalogue.ts";
import { assert } from "../../src/lib/assert.ts";
import type {
  ComputeResource,
  CreateComputeEnvironmentRequest,
  UpdateComputeEnvironmentRequest,
} from "../../src/model/batch.ts";
import type { LiveInstance } from "../../src/store/live-instances.ts";
import { accepted } from "./batch-values.ts";
import { SCOPE, UUID } from "./builders.ts";
import type { Buildable } from "./builders.ts";
import type { EngineBench } from "./engine-bench.ts";
import { EXITED } from "./engine-bench.ts";
import { ec2Request } from "./environment-values.ts";

/** Nobody needs more: a tick that wants another at once this often does so for ever. */
const TICKS_AT_ONCE_MAX = 1_000;

/** What CreateComputeEnvironment makes: an EC2 environment of `c5.large` instances, 2 vCPUs each, up to 16 vCPUs. */
export function anEnvironment(
  name: string,
  resources: Partial<ComputeResource> = {},
  members: Partial<CreateComputeEnvironmentRequest> = {},
): Buildable {
  const computeResources = ec2Request({
    instanceTypes: ["c5.large"],
    allocationStrategy: "BEST_FIT_PROGRESSIVE",
    ...resources,
  });
  const computeEnvironment = accepted(
    createComputeEnvironment(
      { computeEnvironmentName: name, type: "MANAGED", computeResources, ...members },
      {
        scope: SCOPE,
        uuid: UUID,
        cause: ENGINE_CAUSE,
        isNameTaken: false,
        instanceCatalogue: EC2_CATALOGUE,
      },
    ),
  );
  const { state = "ENABLED" } = members;
  return {
    changes: () => [
      { kind: "compute-environment-put", computeEnvironment: { ...computeEnvironment, state } },
    ],
  };
}

export function environmentOf(bench: EngineBench, name: string): ComputeEnvironment {
  const found = bench.engine.sequencer.state.computeEnvironments.get(computeEnvironmentArn(SCOPE, name));
  assert(found !== undefined, `there is no environment ${name}`);
  return found;
}

/** What an UpdateComputeEnvironment asks for besides the environment. */
export type EnvironmentUpdate = Omit<UpdateComputeEnvironmentRequest, "computeEnvironment">;

/** What UpdateComputeEnvironment does, seen to by the engine at once. */
export async function updateEnvironment(
  bench: EngineBench,
  name: string,
  request: EnvironmentUpdate,
): Promise<void> {
  await putEnvironment(
    bench,
    accepted(
      updateComputeEnvironment(
        environmentOf(bench, name),
        { computeEnvironment: name, ...request },
        { cause: ENGINE_CAUSE, queues: [], instanceCatalogue: EC2_CATALOGUE },
      ),
    ),
  );
  await bench.settle();
}

/** What DeleteComputeEnvironment does, seen to by the engine at once. */
export async function deleteEnvironment(bench: EngineBench, name: string): Promise<void> {
  await putEnvironment(
    bench,
    accepted(deleteComputeEnvironment(environmentOf(bench, name), false, ENGINE_CAUSE)),
  );
  await bench.settle();
}

export async function putEnvironment(
  bench: EngineBench,
  computeEnvironment: ComputeEnvironment,
): Promise<void> {
  const changes = [{ kind: "compute-environment-put", computeEnvironment } as const];
  await bench.engine.sequencer.decide(() => ({ changes, answer: 0 }));
}

/** Time passes, in which the engine is called whenever it wants to be. */
export async function passes(bench: EngineBench, lengthMs: number): Promise<void> {
  let leftMs = lengthMs;
  for (;;) {
    let dueMs: number | undefined = 0;
    for (let count = 0; dueMs === 0; count += 1) {
      assert(count < TICKS_AT_ONCE_MAX, "the engine does not come to rest");
      dueMs = await bench.tick();
    }
    if (leftMs === 0) return;
    const stepMs = Math.min(dueMs ?? Infinity, leftMs);
    bench.nowMs += stepMs;
    leftMs -= stepMs;
  }
}

/** The instances of an environment in the order of their launch: type, whether it boots or leaves, jobs on it. */
export function instancesOf(bench: EngineBench, name: string): readonly string[] {
  const { instances } = bench.engine.sequencer.state;
  const { all } = instances.ofEnvironment(computeEnvironmentArn(SCOPE, name));
  return [...all.values()].map((instance) => showInstance(bench, instance));
}

function showInstance(bench: EngineBench, { instance, tasks }: LiveInstance): string {
  const { instanceType, registeredAtMs, leaving } = instance;
  const jobIds = [...tasks].map((taskId) => bench.engine.sequencer.state.jobs.active.get(taskId)?.jobId);
  return [
    instanceType,
    ...(registeredAtMs === undefined ? ["boots"] : []),
    ...(leaving === undefined ? [] : ["leaves"]),
    ...(jobIds.length === 0 ? [] : [`has ${jobIds.join(" ")}`]),
  ].join(", ");
}

/** What the environment shows in `desiredvCpus`. */
export function desiredOf(bench: EngineBench, name: string): number | undefined {
  return environmentOf(bench, name).computeResources?.desiredvCpus;
}

/** Whatever was told to end does. */
export async function obeys(bench: EngineBench): Promise<void> {
  for (const jobId of bench.provider.stopping) await bench.ends(jobId, EXITED(137));
}
