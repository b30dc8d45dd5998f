import { batchModel } from "../../src/model/batch.ts";
import type { BatchOperationName } from "../../src/model/batch.ts";
import { requestOf } from "./aws-request.ts";
import type { FuzzWorld } from "./fuzz-world.ts";

const QUEUES = ["ec2", "fargate", "pods", "fair", "service", "service-fair", "quota"];

const QUESTIONS: readonly (readonly [operation: BatchOperationName, input: object])[] = [
  ["DescribeComputeEnvironments", {}],
  ["DescribeJobQueues", {}],
  ["DescribeJobDefinitions", {}],
  ["DescribeServiceEnvironments", {}],
  ["ListSchedulingPolicies", {}],
  ["ListConsumableResources", {}],
  ["ListQuotaShares", { jobQueue: "quota" }],
  ...QUEUES.map((jobQueue) => ["GetJobQueueSnapshot", { jobQueue }] as const),
];

/** An estimate that is not stored: behind a restart it may be earlier. */
const ESTIMATE = /"earliestTimeAtPosition":\d+/g;

/** What clients are told of the whole state, decided from memory or read from the store. */
export async function observe(world: FuzzWorld): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const [operation, input] of QUESTIONS) {
    const model = batchModel.operations[operation];
    if (model === undefined) throw new Error(`there is no operation ${operation}`);
    const body = String((await world.handle(requestOf(model, input))).body);
    answers.push(body.replaceAll(ESTIMATE, ""));
  }
  return answers;
}
