import { parseJobDefinition } from "../../../../batch/job-definition.ts";
import type { RegisterJobDefinitionRequest, RegisterJobDefinitionResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html
 *
 * Every registration makes a new revision, one with equal content too. Revisions of a name are never used again, also
 * when the latest was deregistered.
 */
export function registerJobDefinition({
  sequencer,
  clock,
}: BatchServices): Operation<RegisterJobDefinitionRequest, RegisterJobDefinitionResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const known = state.jobDefinition(context.scope, input.jobDefinitionName);
      const jobDefinition = orRefuse(
        parseJobDefinition(input, {
          scope: context.scope,
          revision: (known?.latestRevision ?? 0) + 1,
          nowMs: clock.nowMs(),
          cause: causeOf(context),
        }),
        context,
      );
      const { jobDefinitionName, jobDefinitionArn, revision } = jobDefinition;
      return {
        changes: [{ kind: "job-definition-put", jobDefinition }],
        answer: { jobDefinitionName, jobDefinitionArn, revision },
      };
    });
}
