import { assert } from "../lib/assert.ts";
import type { Job } from "./job.ts";
import { platformOf } from "./platform.ts";
import type { Capability } from "./platform.ts";
import type { NodeWorkload } from "./workload.ts";

/** What of a job says what one attempt of it runs. */
export type HostJob = Pick<Job, "workload" | "resources" | "childIndex">;

/** What an attempt of a job or node runs on its host. A multi-node job's own attempts are those of its main node. */
export function hostWorkload({ workload, resources, childIndex }: HostJob): NodeWorkload {
  if (workload.kind !== "multi-node") return { workload, resources };
  const node = workload.nodes[childIndex ?? workload.mainNode];
  assert(node !== undefined, `a multi-node job of ${workload.numNodes} has no node ${childIndex}`);
  return node;
}

/** What the queue of a job has to offer for it. */
export function capabilityOf(job: HostJob & Pick<Job, "platformCapabilities">): Capability {
  return hostWorkload(job).workload.kind === "eks" ? "EKS" : platformOf(job.platformCapabilities);
}
