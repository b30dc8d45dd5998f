import type { PlainRoute } from "../api/handle.ts";
import type { BatchServices } from "../api/services/batch/batch-services.ts";
import { readDependencies } from "../api/services/batch/find-dependency.ts";
import { createNewJob, findDefinition } from "../api/services/batch/new-submission.ts";
import { SERVICES } from "../api/services.ts";
import type { Authenticate } from "../api/signature/authenticate.ts";
import { validateInput } from "../api/validate.ts";
import type { SubmitJobRequest } from "../model/batch.ts";
import type { ExplainFacts } from "../scheduler/explain/asked-job.ts";
import { explain } from "../scheduler/explain/explain.ts";
import { imagineJob } from "../scheduler/explain/imagine-job.ts";
import { answerOf } from "./explain-route.ts";
import { json, readObject } from "./json-answers.ts";

interface PlanRouteParts {
  readonly authenticate: Authenticate;
  readonly services: Pick<BatchServices, "clock" | "definitions" | "ids" | "sequencer" | "store">;
  readonly explainFacts: () => ExplainFacts;
}

/**
 * `POST /batchyard/plan` with the body of a SubmitJob: where that job would run now, and if nowhere, why. It is refused
 * where SubmitJob would be. Nothing is submitted.
 */
export function createPlanRoute({ authenticate, services, explainFacts }: PlanRouteParts): PlainRoute {
  return async (request, requestId) => {
    const context = { ...authenticate(request, "batch"), requestId };
    const { model, refuseShape } = SERVICES.batch;
    // Checked against that shape.
    const input = validateInput(
      model,
      "SubmitJobRequest",
      readObject(request),
      refuseShape,
    ) as unknown as SubmitJobRequest;
    const definition = await findDefinition(services, input, context);
    const stored = await readDependencies(services.store, context.scope, input.dependsOn ?? []);
    const facts = explainFacts();
    const { job, failure } = createNewJob({ services, input, context, definition }, facts.state, stored);
    const { jobName, jobDefinitionArn: jobDefinition } = job;
    const planned = answerOf(explain(imagineJob(job, facts.state), facts), facts.nowMs);
    const failing = failure !== undefined && {
      failure,
      isImpossible: true,
      sentence: `It would fail at once: ${failure}`,
    };
    return json(200, { jobName, jobDefinition, ...planned, ...failing, jobId: undefined });
  };
}
