import { reviewComputeEnvironment } from "../batch/compute-environment.ts";
import type { InstanceCatalogue } from "../batch/instance-catalogue.ts";
import type { Sequencer } from "../store/sequencer.ts";

/** Finds out at a start which compute environments cannot work, or can again, now that the instance types are these. */
export async function reviewEnvironments(
  sequencer: Sequencer,
  instanceCatalogue: InstanceCatalogue,
): Promise<void> {
  await sequencer.decide((state) => {
    const changes = [...state.computeEnvironments.values()].flatMap((environment) => {
      const computeEnvironment = reviewComputeEnvironment(environment, instanceCatalogue);
      if (computeEnvironment === environment) return [];
      return [{ kind: "compute-environment-put", computeEnvironment } as const];
    });
    return { changes, answer: undefined };
  });
}
