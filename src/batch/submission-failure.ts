import type { SubmitJobRequest } from "../model/batch.ts";
import type { Job } from "./job.ts";
import type { JobDefinition } from "./job-definition.ts";
import { isJsonLongerThan } from "./payload-size.ts";
import { TAGS_MAX } from "./tags.ts";

/** Characters of the JSON of the overrides of one task, which ECS is told to start with them. */
const OVERRIDES_LENGTH_MAX = 8192;

/**
 * Says why a job that was accepted fails before it can run, as its status reason; undefined where nothing is in the way.
 *
 * AWS Batch finds these out when it hands the task to ECS, so that the call succeeds and the job does not (specification
 * 2.1, 4.14). The text on tags is ours.
 */
export function findSubmissionFailure(
  request: SubmitJobRequest,
  definition: Pick<JobDefinition, "tags">,
  job: Pick<Job, "propagateTags" | "tags">,
): string | undefined {
  if (ecsOverrides(request).some((overrides) => isJsonLongerThan(overrides, OVERRIDES_LENGTH_MAX))) {
    return `Container Overrides length must be at most ${OVERRIDES_LENGTH_MAX}`;
  }
  if (!job.propagateTags) return undefined;
  const tagCount = Object.keys({ ...definition.tags, ...job.tags }).length;
  if (tagCount <= TAGS_MAX) return undefined;
  return `Tags of the job and its job definition must be at most ${TAGS_MAX} to be propagated, got ${tagCount}`;
}

/** What a submission has overridden, task by task. */
function ecsOverrides({
  containerOverrides,
  ecsPropertiesOverride,
  nodeOverrides,
}: SubmitJobRequest): readonly object[] {
  const ofNodes = nodeOverrides?.nodePropertyOverrides ?? [];
  return [
    containerOverrides,
    ecsPropertiesOverride,
    ...ofNodes.flatMap((override) => [override.containerOverrides, override.ecsPropertiesOverride]),
  ].filter((overrides) => overrides !== undefined);
}
