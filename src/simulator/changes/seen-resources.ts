import type {
  ComputeEnvironmentDetail,
  ConsumableResourceSummary,
  CreateJobQueueRequest,
  JobQueueDetail,
} from "../../model/batch.ts";

/** What there is when an administrator looks, by name. */
export interface SeenResources {
  readonly environments: ReadonlyMap<string, ComputeEnvironmentDetail>;
  readonly queues: ReadonlyMap<string, JobQueueDetail>;
  readonly consumables: ReadonlyMap<string, ConsumableResourceSummary>;
}

/** Whether it takes orders: in any other status a change is under way. */
export function takesOrders({ status }: { readonly status?: string | undefined }): boolean {
  return status === "VALID" || status === "INVALID";
}

/** The names of a queue's environments, in their order. */
export function environmentNamesOf({
  computeEnvironmentOrder = [],
}: Pick<CreateJobQueueRequest, "computeEnvironmentOrder">): readonly string[] {
  return computeEnvironmentOrder.map(({ computeEnvironment }) => nameIn(computeEnvironment));
}

export function environmentOrder(names: readonly string[]): JobQueueDetail["computeEnvironmentOrder"] {
  return names.map((computeEnvironment, index) => ({ order: index + 1, computeEnvironment }));
}

/** A name stands behind the last slash of an ARN. */
function nameIn(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}
