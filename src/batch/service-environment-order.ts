import type { ServiceEnvironmentOrder } from "../model/batch.ts";
import { Refusal } from "./refusal.ts";
import type { ServiceEnvironment } from "./service-environment.ts";

/**
 * Reads the `serviceEnvironmentOrder` of a job queue: exactly one environment; a name becomes an ARN.
 *
 * AWS's texts, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch, pf-batch-jq-service-env-…).
 *
 * @param find finds a service environment of the queue's scope by name or ARN.
 */
export function parseServiceEnvironmentOrder(
  entries: readonly ServiceEnvironmentOrder[],
  find: (nameOrArn: string) => ServiceEnvironment | undefined,
): readonly ServiceEnvironmentOrder[] | Refusal {
  const [entry, ...others] = entries;
  if (entry === undefined) {
    return Refusal.wrapped("Job queues of type SAGEMAKER_TRAINING must have serviceEnvironmentOrder.");
  }
  if (others.length > 0) return Refusal.wrapped("Job queue can only have 1 service environment.");
  const environment = find(entry.serviceEnvironment);
  if (environment === undefined) {
    return Refusal.wrapped(
      "Service environments must be created and valid before attaching them to a job queue.",
    );
  }
  return [{ order: entry.order, serviceEnvironment: environment.arn }];
}
