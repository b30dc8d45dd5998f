import { parseJobDefinitionReference } from "../../../../batch/job-definition-reference.ts";
import type {
  DeregisterJobDefinitionRequest,
  DeregisterJobDefinitionResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_DeregisterJobDefinition.html
 *
 * A name without a revision stands for its latest ACTIVE one. One that does not exist, or is INACTIVE already, is no
 * error (specification 2.4).
 */
export function deregisterJobDefinition({
  sequencer,
  store,
  documentLock,
  clock,
}: BatchServices): Operation<DeregisterJobDefinitionRequest, DeregisterJobDefinitionResponse> {
  return (input, context) =>
    documentLock.run(async () => {
      const { scope } = context;
      const { name, revision } = orRefuse(parseJobDefinitionReference(scope, input.jobDefinition), context);
      // Through the sequencer: what it chooses is durable, so the store has its document.
      const chosen = await sequencer.transact(
        (state) => revision ?? state.jobDefinition(scope, name)?.activeRevisions.at(-1),
      );
      const jobDefinition =
        chosen === undefined ? undefined : await store.readJobDefinition(scope, name, chosen);
      if (jobDefinition === undefined || jobDefinition.status === "INACTIVE") return {};
      const inactive = {
        ...jobDefinition,
        status: "INACTIVE" as const,
        deregisteredAtMs: clock.nowMs(),
        deregisteredBy: causeOf(context),
      };
      return sequencer.decide(() => ({
        changes: [{ kind: "job-definition-put", jobDefinition: inactive }],
        answer: {},
      }));
    });
}
