import { fitsIn } from "../../batch/resources.ts";
import { unreachable } from "../../lib/assert.ts";
import type { LiveJob } from "../../store/live-state.ts";
import type { ExplainFacts } from "./asked-job.ts";
import type { Assessment, JudgedEnvironment } from "./explain.ts";
import type { ConsumableAnswer, ExpectedStart, Remedy } from "./explanation.ts";
import { whoIsInTheWay } from "./who-is-in-the-way.ts";

/** What would start a job that an assessment holds up, each by itself. */
export function remediesFor(
  job: LiveJob,
  { environments, consumables, isImpossible }: Assessment,
  facts: ExplainFacts,
): readonly Remedy[] {
  const remedies = [
    ...environments.flatMap((judged) => remediesIn(judged, job, facts)),
    ...consumables.flatMap(remediesOf),
  ];
  const isTooLarge =
    environments.some(({ answer: { verdict } }) => verdict.kind.startsWith("exceeds-")) ||
    consumables.some(({ quantity, totalQuantity }) => quantity > totalQuantity);
  return isImpossible && isTooLarge ? [...remedies, { kind: "ask-for-less" }] : remedies;
}

/** By when the job starts at the latest; undefined where nobody can tell. */
export function expectStart(
  remedies: readonly Remedy[],
  environments: readonly JudgedEnvironment[],
): ExpectedStart | undefined {
  for (const { answer } of environments) {
    const { verdict } = answer;
    if (verdict.kind === "instances-starting" && verdict.readyAtMs !== undefined)
      return { byMs: verdict.readyAtMs, basis: "boot-time" };
  }
  const ends = remedies.flatMap((remedy) =>
    remedy.kind === "jobs-end" ? [Math.max(...remedy.jobs.map(({ limitAtMs = Infinity }) => limitAtMs))] : [],
  );
  const byMs = Math.min(...ends);
  return byMs === Infinity ? undefined : { byMs, basis: "time-limits" };
}

function remediesIn(
  { environment, answer: { verdict, isEverPossible } }: JudgedEnvironment,
  job: LiveJob,
  facts: ExplainFacts,
): readonly Remedy[] {
  const { name: computeEnvironment, computeResources } = environment;
  const jobVcpus = Math.ceil(job.resources.vcpuMillis / 1000);
  switch (verdict.kind) {
    case "environments-unavailable":
      if (!isEverPossible) return [];
      return [
        {
          kind: verdict.state === "DISABLED" ? "enable-environment" : "repair-environment",
          computeEnvironment,
        },
      ];
    case "exceeds-environments":
      if (!fitsIn(job.resources, facts.capacity.host)) return [];
      return [
        {
          kind: "raise-max-vcpus",
          computeEnvironment,
          toVcpus: Math.ceil(verdict.neededVcpuMillis / 1000),
        },
      ];
    case "exceeds-instance-types":
      return [{ kind: "add-larger-type", computeEnvironment, wanted: verdict.wanted }];
    case "environments-full": {
      const jobs = whoIsInTheWay(verdict, environment, job, facts);
      const toVcpus = Math.ceil(verdict.vcpuMillis / 1000) + jobVcpus;
      const isRaisable = verdict.capacity !== "host" && computeResources !== undefined;
      return [
        ...(jobs === undefined ? [] : [{ kind: "jobs-end", jobs, computeEnvironment } as const]),
        ...(isRaisable ? [{ kind: "raise-max-vcpus", computeEnvironment, toVcpus } as const] : []),
      ];
    }
    case "host-full": {
      const jobs = whoIsInTheWay(verdict, environment, job, facts);
      return jobs === undefined ? [] : [{ kind: "jobs-end", jobs, computeEnvironment }];
    }
    case "above-bid":
      return [{ kind: "raise-bid", computeEnvironment }];
    case "instances-starting": {
      const { readyAtMs } = verdict;
      return [{ kind: "instance-boots", computeEnvironment, ...(readyAtMs !== undefined && { readyAtMs }) }];
    }
    case "takes":
    case "launches":
    case "kubernetes-unavailable":
    case "exceeds-host":
      return [];
    default:
      return unreachable(verdict);
  }
}

function remediesOf({ consumableResource, ...answer }: ConsumableAnswer): readonly Remedy[] {
  const { quantity, totalQuantity, heldQuantity, holders } = answer;
  if (heldQuantity + quantity <= totalQuantity) return [];
  const raise = { kind: "raise-quantity", consumableResource, toQuantity: heldQuantity + quantity } as const;
  const [first] = holders;
  if (quantity > totalQuantity || first === undefined) return [raise];
  return [{ kind: "jobs-end", jobs: [first] }, raise];
}
