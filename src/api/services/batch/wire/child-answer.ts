import type { Job, JobCounts } from "../../../../batch/job.ts";
import type {
  ArrayPropertiesDetail,
  JobDetail,
  JobSummary,
  NodePropertiesSummary,
} from "../../../../model/batch.ts";

/** What is read to say of a job what it is to its children, or to its parent. */
interface JobFamily extends Pick<Job, "arraySize" | "nodes" | "childIndex"> {
  readonly childCounts?: JobCounts;
}

/** Of an array or one of its children, what DescribeJobs and ListJobs alike show. Counts are those of this moment. */
export function arrayAnswer(
  { arraySize: size, childIndex, childCounts }: JobFamily,
  nowMs: number | undefined,
): { readonly arrayProperties?: ArrayPropertiesDetail } {
  if (size === undefined) return {};
  if (childIndex !== undefined) return { arrayProperties: { index: childIndex } };
  const summary =
    childCounts === undefined ? {} : { statusSummary: childCounts, statusSummaryLastUpdatedAt: nowMs };
  return { arrayProperties: { ...summary, size } };
}

/** Of a node, what DescribeJobs shows. */
export function nodeAnswer({ nodes, childIndex: nodeIndex }: JobFamily): Pick<JobDetail, "nodeDetails"> {
  if (nodes === undefined || nodeIndex === undefined) return {};
  return { nodeDetails: { nodeIndex, isMainNode: nodeIndex === nodes.main } };
}

/** Of a multi-node job or a node, what ListJobs shows. */
export function nodeSummary({ nodes, childIndex: nodeIndex }: JobFamily): Pick<JobSummary, "nodeProperties"> {
  if (nodes === undefined) return {};
  const numNodes = nodes.count;
  const properties: NodePropertiesSummary =
    nodeIndex === undefined ? { numNodes } : { isMainNode: nodeIndex === nodes.main, numNodes, nodeIndex };
  return { nodeProperties: properties };
}
