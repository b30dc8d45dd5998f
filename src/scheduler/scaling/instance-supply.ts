import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { Resources } from "../../batch/resources.ts";
import type { WaitReason } from "../wait-reason.ts";

/** An instance to be launched. */
export interface InstanceShape {
  readonly instanceType: string;
  /** What jobs can have of it. */
  readonly resources: Resources;
}

/** What a new instance is for. */
export interface InstanceNeed {
  /** What the job or node that asks for it needs. */
  readonly resources: Resources;
  /** What all jobs that wait for instances of the environment ask for together, this one included. */
  readonly demandVcpuMillis: number;
  /** What the environment's `maxvCpus` leave: below nothing if it has more. */
  readonly vcpuMillisLeft: number;
}

/** Where instances come from: which types there are, what they cost, and how long one takes to boot. */
export interface InstanceSupply {
  /** Milliseconds from the launch of an instance until it takes jobs; 0: at once. */
  readonly bootMs: number;
  /** Which instance the environment launches for the need by its allocation strategy, or why it launches none. */
  choose(environment: ComputeEnvironment, need: InstanceNeed, nowMs: number): InstanceShape | WaitReason;
  /** What the environment may launch: each of its types, whatever it costs at the moment. */
  shapesOf(environment: ComputeEnvironment): readonly InstanceShape[];
}
