import type { Limits } from "../../../batch/limits.ts";
import { checkPayloadSize } from "../../../batch/payload-size.ts";
import type { PlainResourceType } from "../../../batch/plain-resource.ts";
import { Refusal } from "../../../batch/refusal.ts";
import { isSameScope } from "../../../batch/scope.ts";
import type { Scope } from "../../../batch/scope.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { BatchOperations } from "../../../model/batch.ts";
import type { LiveState } from "../../../store/live-state.ts";
import type { Sequencer } from "../../../store/sequencer.ts";
import type { Operation, Operations, RequestContext } from "../../operation.ts";
import { orRefuse } from "./refuse.ts";
import { RequestRate } from "./request-rate.ts";

interface LimitedServices {
  readonly sequencer: Pick<Sequencer, "state">;
  readonly clock: Clock;
}

/**
 * The operations with limits before them. An operation decides in the same turn in which it is called, so that what was
 * counted still holds.
 */
export function limitOperations(
  operations: Operations<BatchOperations>,
  { sequencer, clock }: LimitedServices,
  limits: Limits,
): Operations<BatchOperations> {
  const submissions = new RequestRate(limits.submissionsPerSecondMax, clock);
  const serviceSubmissions = new RequestRate(limits.serviceSubmissionsPerSecondMax, clock);
  return {
    ...operations,
    ...limitCreations(operations, sequencer, limits),
    RegisterJobDefinition: checkedBefore(operations.RegisterJobDefinition, (input) =>
      checkPayloadSize(input, limits.jobDefinitionBytesMax, "a job definition"),
    ),
    SubmitJob: checkedBefore(operations.SubmitJob, (input, { scope }) => {
      submissions.take(scope);
      return checkPayloadSize(input, limits.submissionBytesMax, "a submission");
    }),
    SubmitServiceJob: checkedBefore(operations.SubmitServiceJob, (input, { scope }) => {
      serviceSubmissions.take(scope);
      return (
        checkTextSize(
          input.serviceRequestPayload,
          limits.serviceRequestPayloadBytesMax,
          "serviceRequestPayload",
        ) ?? checkPayloadSize(input, limits.submissionBytesMax, "a submission")
      );
    }),
  };
}

function limitCreations(
  operations: Operations<BatchOperations>,
  sequencer: LimitedServices["sequencer"],
  limits: Limits,
): Partial<Operations<BatchOperations>> {
  const countOf =
    (type: PlainResourceType, max: number, what: string) =>
    (_input: object, { scope }: RequestContext): Refusal | undefined =>
      checkCount(countIn(scope, sequencer.state.plainResources.all(type)), max, what);
  return {
    CreateComputeEnvironment: checkedBefore(
      operations.CreateComputeEnvironment,
      ({ eksConfiguration }, { scope }) =>
        checkEnvironments(sequencer.state, scope, limits, eksConfiguration?.eksClusterArn),
    ),
    CreateJobQueue: checkedBefore(operations.CreateJobQueue, (_input, { scope }) =>
      checkCount(countIn(scope, sequencer.state.jobQueues.values()), limits.jobQueuesMax, "job queues"),
    ),
    CreateSchedulingPolicy: checkedBefore(
      operations.CreateSchedulingPolicy,
      countOf("scheduling-policy", limits.schedulingPoliciesMax, "scheduling policies"),
    ),
    CreateConsumableResource: checkedBefore(
      operations.CreateConsumableResource,
      countOf("consumable-resource", limits.consumableResourcesMax, "consumable resources"),
    ),
    CreateServiceEnvironment: checkedBefore(
      operations.CreateServiceEnvironment,
      countOf("service-environment", limits.serviceEnvironmentsMax, "service environments"),
    ),
  };
}

function checkedBefore<Input, Output>(
  operation: Operation<Input, Output>,
  check: (input: Input, context: RequestContext) => Refusal | undefined,
): Operation<Input, Output> {
  return async (input, context) => {
    orRefuse(check(input, context), context);
    return operation(input, context);
  };
}

function checkEnvironments(
  state: LiveState,
  scope: Scope,
  limits: Limits,
  clusterArn: string | undefined,
): Refusal | undefined {
  const environments = [...state.computeEnvironments.values()];
  const total = checkCount(
    countIn(scope, environments),
    limits.computeEnvironmentsMax,
    "compute environments",
  );
  if (total !== undefined || clusterArn === undefined) return total;
  const ofCluster = environments.filter(
    ({ eksConfiguration }) => eksConfiguration?.eksClusterArn === clusterArn,
  );
  const max = limits.computeEnvironmentsPerClusterMax;
  return checkCount(countIn(scope, ofCluster), max, `compute environments of ${clusterArn}`);
}

function countIn(scope: Scope, resources: Iterable<{ readonly scope: Scope }>): number {
  let count = 0;
  for (const resource of resources) if (isSameScope(resource.scope, scope)) count += 1;
  return count;
}

/** AWS's own texts are not known. */
function checkCount(count: number, max: number, what: string): Refusal | undefined {
  if (count < max) return undefined;
  return Refusal.bare(`there can be at most ${max} ${what} in an account and region, there are ${count}`);
}

function checkTextSize(text: string, bytesMax: number, path: string): Refusal | undefined {
  const byteCount = new TextEncoder().encode(text).length;
  if (byteCount <= bytesMax) return undefined;
  return Refusal.bare(`${path} must have at most ${bytesMax} bytes, got ${byteCount}`);
}
