import { describe, expect, test } from "vitest";
import type { Provider } from "../../src/providers/provider.ts";
import { CHECKERS } from "../../src/simulator/checkers/checkers.ts";
import type { Plant } from "../../src/simulator/observed-store.ts";
import type { Scenario } from "../../src/simulator/scenario.ts";
import { ARRAYS } from "../../src/simulator/scenarios/arrays.ts";
import { BURST } from "../../src/simulator/scenarios/burst.ts";
import { FAIR_SHARE } from "../../src/simulator/scenarios/fair-share.ts";
import { FAULTS } from "../../src/simulator/scenarios/faults.ts";
import { GANGS } from "../../src/simulator/scenarios/gangs.ts";
import { STEADY } from "../../src/simulator/scenarios/steady.ts";
import { Simulation } from "../../src/simulator/simulation.ts";
import type { SimulationOptions } from "../../src/simulator/simulation.ts";
import type { Change } from "../../src/store/change.ts";

/** A scheduler with a fault in it, and what the checker says of it. */
interface PlantedFault {
  readonly about: string;
  readonly scenario: Scenario;
  readonly fault: Pick<SimulationOptions, "plant" | "plantProvider" | "plantReport">;
  readonly found: RegExp;
}

/** Each change becomes none, one or several. */
function altered(alter: (change: Change) => Change | readonly Change[]): Pick<SimulationOptions, "plant"> {
  const plant: Plant = (changes) => changes.flatMap(alter);
  return { plant };
}

const PLANTED: Readonly<Record<keyof typeof CHECKERS, PlantedFault>> = {
  "acknowledged-jobs": {
    about: "a submission is answered and not written",
    scenario: STEADY,
    fault: altered((change) => (change.kind === "job-submitted" ? [] : change)),
    found: /was acknowledged and is not durable/,
  },
  arrays: {
    about: "an array ends with the first of its children to run",
    scenario: ARRAYS,
    fault: altered((change) => {
      if (change.kind !== "job-changed" || change.patch.status !== "RUNNING") return change;
      const [parentJobId = "", index] = change.jobId.split(":");
      const end = { ...change, jobId: parentJobId, patch: { status: "SUCCEEDED" } } as const;
      return index === undefined ? change : [change, end];
    }),
    found: /is SUCCEEDED before its children have ended/,
  },
  attempts: {
    about: "attempts are counted from two",
    scenario: STEADY,
    fault: altered((change) =>
      change.kind === "attempt-put"
        ? { ...change, attempt: { ...change.attempt, number: change.attempt.number + 1 } }
        : change,
    ),
    found: /attempt 2 of .* follows 0/,
  },
  capacity: {
    about: "jobs ask for more than was promised to them",
    scenario: STEADY,
    fault: altered((change) =>
      change.kind === "job-submitted"
        ? { ...change, job: { ...change.job, resources: { ...change.job.resources, vcpuMillis: 5_000 } } }
        : change,
    ),
    found: /has no room for/,
  },
  consumables: {
    about: "attempts take twice what they hold",
    scenario: FAULTS,
    fault: altered((change) =>
      change.kind === "job-submitted" && change.job.consumableResources !== undefined
        ? {
            ...change,
            job: {
              ...change.job,
              consumableResources: change.job.consumableResources.map((needed) => ({
                ...needed,
                quantity: 2,
              })),
            },
          }
        : change,
    ),
    found: /are held|are left of/,
  },
  dependencies: {
    about: "nobody waits for the job before",
    scenario: STEADY,
    fault: dependingOnTheLast(),
    found: /starts while .* is RUNNING/,
  },
  environments: {
    about: "instances are launched in an environment that somebody has disabled",
    scenario: STEADY,
    fault: altered((change) =>
      change.kind === "compute-environment-put"
        ? { ...change, computeEnvironment: { ...change.computeEnvironment, state: "DISABLED" } }
        : change,
    ),
    found: /is launched in .*, which is DISABLED and VALID/,
  },
  events: {
    about: "the first event of a commit is lost",
    scenario: STEADY,
    fault: altered((change) =>
      change.kind === "events-appended" ? { ...change, events: change.events.slice(1) } : change,
    ),
    found: /event 0 of a commit is .*, and should be/,
  },
  "fair-share": {
    about: "a share has another weight than its policy says",
    scenario: { ...FAIR_SHARE, size: { jobCount: 4_000, instanceCount: 12, hours: 1 } },
    fault: altered((change) => {
      if (change.kind !== "plain-resource-put" || change.resource.resourceType !== "scheduling-policy") {
        return change;
      }
      const body = { fairsharePolicy: { shareDecaySeconds: 600 } };
      return { ...change, resource: { ...change.resource, body } };
    }),
    found: /had .* and is entitled to 0\.2500/,
  },
  gangs: {
    about: "one node is left behind",
    scenario: GANGS,
    fault: altered((change) =>
      change.kind === "attempt-put" && change.attempt.jobId.endsWith("#1") ? [] : change,
    ),
    found: /other nodes of .* are placed with its main node/,
  },
  "life-cycle": {
    about: "jobs succeed without running",
    scenario: STEADY,
    fault: altered((change) =>
      change.kind === "job-changed" && change.patch.status === "RUNNING"
        ? { ...change, patch: { ...change.patch, status: "SUCCEEDED" } }
        : change,
    ),
    found: /goes from STARTING to SUCCEEDED/,
  },
  "live-state": {
    about: "another place in the queue is written than is known",
    scenario: BURST,
    fault: altered((change) =>
      change.kind === "job-submitted"
        ? { ...change, progress: { ...change.progress, queuePosition: 7 } }
        : change,
    ),
    found: /after a restart/,
  },
  order: {
    about: "who came last goes first",
    scenario: BURST,
    fault: altered((change) =>
      change.kind === "job-submitted"
        ? { ...change, progress: { ...change.progress, queuePosition: -change.progress.queuePosition } }
        : change,
    ),
    found: /starts before/,
  },
  waiting: {
    about: "a blocked queue says nothing",
    scenario: BURST,
    fault: { plantReport: (report) => ({ ...report, blocked: [] }) },
    found: /has RUNNABLE jobs and no reason why they wait/,
  },
};

function dependingOnTheLast(): Pick<SimulationOptions, "plant"> {
  let lastId: string | undefined;
  return altered((change) => {
    if (change.kind !== "job-submitted") return change;
    const dependsOn = lastId === undefined ? [] : [{ jobId: lastId }];
    lastId = change.job.jobId;
    return { ...change, job: { ...change.job, dependsOn } };
  });
}

async function violationsOf(
  options: Omit<SimulationOptions, "seed" | "auditSteps">,
): Promise<readonly string[]> {
  const { violations } = await new Simulation({ seed: 1, auditSteps: 200, ...options }).run();
  return violations.map(({ checker, message }) => `${checker}: ${message}`);
}

describe.each(Object.entries(PLANTED))("the checker of %s", (name, { about, scenario, fault, found }) => {
  // The table has a row for each checker.
  const checkers = { [name]: CHECKERS[name as keyof typeof CHECKERS] };

  test(`sees when ${about}`, { timeout: 60_000 }, async () => {
    const [first] = await violationsOf({ scenario, checkers, ...fault });
    expect(first).toMatch(found);
    expect(first?.startsWith(`${name}: `)).toBe(true);
  });
});

describe("a run", () => {
  test("sees when jobs are left that nothing brings on", { timeout: 60_000 }, async () => {
    const scenario = { ...STEADY, size: { ...STEADY.size, jobCount: 20 } };
    expect(await violationsOf({ scenario, checkers: {}, plantProvider: hidingEnds })).toEqual([
      "completion: nothing brings the 20 jobs on that are left",
    ]);
  });
});

function hidingEnds(provider: Provider): Provider {
  const observe = provider.observe.bind(provider);
  provider.observe = () => observe().filter(({ kind }) => kind === "started");
  return provider;
}
