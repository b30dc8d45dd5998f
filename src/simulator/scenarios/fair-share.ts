import type { Scenario } from "../scenario.ts";
import { environment, PLAIN, PLAIN_JOBS, queue } from "./plain.ts";

export const FAIR_SHARE: Scenario = {
  ...PLAIN,
  name: "fair-share",
  about: "four shares want more than there is: each gets what its weight entitles it to",
  size: { jobCount: 20_000, instanceCount: 50, hours: 1 },
  resources: (size) => ({
    policies: [
      {
        name: "weights",
        fairsharePolicy: {
          shareDecaySeconds: 600,
          shareDistribution: [
            { shareIdentifier: "red", weightFactor: 1 },
            { shareIdentifier: "green", weightFactor: 2 },
            { shareIdentifier: "blue", weightFactor: 4 },
          ],
        },
      },
    ],
    consumables: [],
    environments: [environment("main", size)],
    queues: [
      queue("main", ["main"], {
        schedulingPolicyArn: "arn:aws:batch:us-east-1:123456789012:scheduling-policy/weights",
      }),
    ],
  }),
  jobs: {
    ...PLAIN_JOBS,
    shares: ["red", "green", "blue", "grey"],
    schedulingPriorities: [0, 1, 5],
    burst: { min: 10, max: 100 },
    vcpuCounts: [1],
    runMs: { min: 20_000, max: 1_200_000 },
  },
  tickMs: 5,
  handledPercent: 20,
};
