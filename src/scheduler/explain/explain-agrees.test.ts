import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SCOPE } from "../../../test/support/builders.ts";
import { fairsharePolicy, happening, PlanHistory } from "../../../test/support/plan-history.ts";
import type { HistoryFacts } from "../../../test/support/plan-history.ts";
import { submittedJobId } from "../../batch/child-job.ts";
import { planOf } from "../../simulator/oracle/plain-scheduler.ts";
import { snapshotOf } from "../../simulator/oracle/snapshot.ts";
import { assert } from "../../lib/assert.ts";
import { frontOfQueue } from "../ordering/front-of-queue.ts";
import { explain } from "./explain.ts";
import type { EnvironmentAnswer, Explanation } from "./explanation.ts";
import { findAskedJob } from "./find-asked-job.ts";

/** The reason that a cycle has for the very first job that it looks at, `placed` if it places it; and the explanation. */
function compareFirst(
  facts: HistoryFacts,
): { readonly planned: string; readonly told: Explanation } | undefined {
  const { state, capacity, nowMs } = facts;
  const first = [...state.jobQueues.values()]
    .filter(({ arn, status }) => status !== "DELETING" && (state.jobs.readyQueue(arn)?.ready.size ?? 0) > 0)
    .toSorted((a, b) => b.priority - a.priority || (a.arn < b.arn ? -1 : 1))[0];
  const [head] = first === undefined ? [] : frontOfQueue(state, first.arn, { count: 1, nowMs });
  const asked = head === undefined ? undefined : findAskedJob(state, SCOPE, head, []);
  if (first === undefined || asked === undefined) return undefined;
  const { placements, blocked } = planOf(snapshotOf(state, capacity.host, nowMs), {
    limit: 1,
    supply: capacity.supply,
  });
  const isHead = (jobId: string): boolean => submittedJobId(jobId) === submittedJobId(asked.jobId);
  const because = blocked.find(({ jobId }) => isHead(jobId))?.because;
  const isPlaced = placements.some(({ jobId }) => isHead(jobId));
  return { planned: because ?? (isPlaced ? "placed" : "unknown"), told: explain(asked, facts) };
}

/** What an explanation may say where a cycle says this. */
function agrees(planned: string, { because, environments }: Explanation): boolean {
  const kinds = environments.map(({ verdict }) => verdict.kind);
  if (planned === "placed") return because === "placeable";
  // The cycle has launched the instance meanwhile.
  if (because === "placeable") return planned === "instances-starting" && kinds.includes("launches");
  // That an environment can never take it is said before that it is full.
  return because === planned || kinds.some((kind) => kind.startsWith("exceeds-"));
}

/** What becomes of the explanation if an environment has another `maxvCpus`. */
function explainWith(facts: HistoryFacts, jobId: string, name: string, maxvCpus: number): Explanation {
  const { state } = facts;
  const before = [...state.computeEnvironments.values()].find((environment) => environment.name === name);
  const asked = findAskedJob(state, SCOPE, jobId, []);
  assert(before?.computeResources !== undefined && asked !== undefined, `${name} or ${jobId} is gone`);
  const computeResources = { ...before.computeResources, maxvCpus };
  state.apply({ kind: "compute-environment-put", computeEnvironment: { ...before, computeResources } });
  const told = explain(asked, facts);
  state.apply({ kind: "compute-environment-put", computeEnvironment: before });
  return told;
}

/** Of what an environment is to have: whether that is enough, and a vCPU less is not. */
function checkRaises(facts: HistoryFacts, told: Explanation): number {
  const { jobId, remedies, environments } = told;
  const isReserved = told.reservation !== undefined && !told.isImpossible;
  const raises = remedies.filter((remedy) => remedy.kind === "raise-max-vcpus");
  for (const { computeEnvironment: name, toVcpus } of raises) {
    const isOf = ({ computeEnvironment }: EnvironmentAnswer): boolean => computeEnvironment === name;
    const kind = environments.find(isOf)?.verdict.kind;
    const isShort = (later: Explanation): boolean =>
      isReserved ? later.reservation !== undefined : later.environments.find(isOf)?.verdict.kind === kind;
    const [enough, tooLittle] = [toVcpus, toVcpus - 1].map((vcpus) =>
      isShort(explainWith(facts, jobId, name, vcpus)),
    );
    expect({ name, toVcpus, enough, tooLittle }).toEqual({ name, toVcpus, enough: false, tooLittle: true });
  }
  return raises.length;
}

test("says of the head of a queue what the next cycle does, whatever happened before", () => {
  const seen = new Set<string>();
  const look = (facts: HistoryFacts): void => {
    const compared = compareFirst(facts);
    if (compared === undefined) return;
    const { planned, told } = compared;
    seen.add(planned);
    expect(agrees(planned, told) ? told.jobId : { planned, told }).toBe(told.jobId);
    if (told.isImpossible) expect(planned).not.toBe("placed");
    if (checkRaises(facts, told) > 0) seen.add(`${told.because}, maxvCpus`);
  };
  const happenings = fc.array(happening, { maxLength: 40, size: "max" });
  fc.assert(
    fc.property(fc.constantFrom(0, 60_000), fairsharePolicy, happenings, (bootMs, policy, all) => {
      const history = new PlanHistory(bootMs, new Set(), look);
      history.step({ kind: "change policy", policy });
      for (const one of all) history.step(one);
    }),
    { numRuns: 1000 },
  );
  const reasons = ["placed", "environments-full", "host-full", "instances-starting", "shares-reserved"];
  const raised = ["environments-full", "exceeds-environments", "shares-reserved"];
  const expected = [...reasons, ...raised.map((reason) => `${reason}, maxvCpus`)];
  expect(expected.filter((one) => !seen.has(one))).toEqual([]);
}, 60_000);
