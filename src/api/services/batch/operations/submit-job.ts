import { jobArn } from "../../../../batch/arn.ts";
import { failedBeforePlacement, newProgress } from "../../../../batch/job.ts";
import type { SubmitJobRequest, SubmitJobResponse } from "../../../../model/batch.ts";
import type { Change } from "../../../../store/change.ts";
import type { LiveState } from "../../../../store/live-state.ts";
import type { Decision } from "../../../../store/sequencer.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { isOutdated, readDependencies } from "../find-dependency.ts";
import type { StoredDependencies } from "../find-dependency.ts";
import { createNewJob, findDefinition } from "../new-submission.ts";
import type { NewJob, Submission } from "../new-submission.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
 *
 * The revision is chosen first, so that its document can be read; whether it is still ACTIVE, and the queue still
 * takes jobs, is decided with the submission itself.
 */
export function submitJob(services: BatchServices): Operation<SubmitJobRequest, SubmitJobResponse> {
  return async (input, context) => {
    const definition = await findDefinition(services, input, context);
    for (;;) {
      const stored = await readDependencies(services.store, context.scope, input.dependsOn ?? []);
      const answer = await services.sequencer.decide((state) =>
        isOutdated(state, context.scope, stored)
          ? { changes: [], answer: undefined }
          : decideSubmission({ services, input, context, definition }, state, stored),
      );
      if (answer !== undefined) return answer;
    }
  };
}

function decideSubmission(
  submission: Submission,
  state: LiveState,
  stored: StoredDependencies,
): Decision<SubmitJobResponse> {
  const created = createNewJob(submission, state, stored);
  const { scope, jobId, jobName } = created.job;
  return {
    changes: submissionChanges(created, state.jobs.nextQueuePosition),
    answer: { jobArn: jobArn(scope, jobId), jobName, jobId },
  };
}

/** A job that can never run is accepted all the same, as one that depends on a failed one (specification 3.5). */
export function submissionChanges({ job, failure }: NewJob, queuePosition: number): readonly Change[] {
  const progress = newProgress("SUBMITTED", queuePosition);
  const submitted: Change = { kind: "job-submitted", job, progress };
  if (failure === undefined) return [submitted];
  const { scope, jobId, arraySize, createdAtMs: atMs } = job;
  const patch = failedBeforePlacement(failure, atMs, arraySize);
  return [submitted, { kind: "job-changed", scope, jobId, patch, atMs }];
}
