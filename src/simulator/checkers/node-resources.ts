import type { Resources } from "../../batch/resources.ts";
import { assert } from "../../lib/assert.ts";
import type { KnownJob } from "../job-book.ts";

/** What one attempt holds: of a multi-node job its main node's part, of a node its own. */
export function nodeResourcesOf({ job, childIndex }: KnownJob): Resources {
  if (job.workload.kind !== "multi-node") return job.resources;
  const node = job.workload.nodes[childIndex ?? job.workload.mainNode];
  assert(node !== undefined, `${job.jobId} has no node ${childIndex}`);
  return node.resources;
}
