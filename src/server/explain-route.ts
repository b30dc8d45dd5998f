import { ApiError, clientError } from "../api/errors.ts";
import type { PlainRoute } from "../api/handle.ts";
import { queryOf } from "../api/request-target.ts";
import type { Authenticate } from "../api/signature/authenticate.ts";
import { submittedJobId } from "../batch/child-job.ts";
import type { ExplainFacts } from "../scheduler/explain/asked-job.ts";
import { explain } from "../scheduler/explain/explain.ts";
import { explainSentence, environmentSentence } from "../scheduler/explain/sentences/explain-sentence.ts";
import type { Explanation } from "../scheduler/explain/explanation.ts";
import { findAskedJob } from "../scheduler/explain/find-asked-job.ts";
import { remedySentence } from "../scheduler/explain/sentences/remedy-sentence.ts";
import type { Store } from "../store/store.ts";
import { json } from "./json-answers.ts";

interface ExplainRouteParts {
  readonly authenticate: Authenticate;
  readonly store: Pick<Store, "readJobs">;
  readonly explainFacts: () => ExplainFacts;
}

/** `GET /batchyard/explain?jobId=…`: why a job waits, with the numbers and in sentences (docs/scheduling-explained.md). */
export function createExplainRoute({ authenticate, store, explainFacts }: ExplainRouteParts): PlainRoute {
  return async (request) => {
    const { scope } = authenticate(request, "batch");
    const jobId = new Map(queryOf(request.target)).get("jobId");
    if (jobId === undefined || jobId === "") throw clientError("jobId must be given, as in ?jobId=ID");
    const documents = await store.readJobs(scope, [...new Set([jobId, submittedJobId(jobId)])]);
    const own = documents.find(({ job }) => job.jobId === jobId);
    if (own === undefined) throw new ApiError("ClientException", `Job ${jobId} not found.`, { status: 404 });
    const { jobName } = own.job;
    // Those of a child are its array's.
    const dependsOn = documents.flatMap(({ job }) => job.dependsOn);
    const facts = explainFacts();
    const asked = findAskedJob(facts.state, scope, jobId, dependsOn);
    if (asked !== undefined) return json(200, { jobName, ...answerOf(explain(asked, facts), facts.nowMs) });
    const { status } = own.progress;
    const sentence = `It does not wait: it is ${status}.`;
    return json(200, { jobName, jobId, status, because: "not-waiting", isImpossible: false, sentence });
  };
}

/** An explanation with its sentences. */
export function answerOf(explanation: Explanation, nowMs: number): object {
  const environments = explanation.environments.map((environment) => ({
    ...environment,
    sentence: environmentSentence(environment, explanation),
  }));
  const remedies = explanation.remedies.map((remedy) => ({
    ...remedy,
    sentence: remedySentence(remedy, nowMs),
  }));
  return { ...explanation, sentence: explainSentence(explanation, nowMs), environments, remedies };
}
