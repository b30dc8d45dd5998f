import * as fc from "fast-check";

const SHARES = ["red", "blue1", "blue2", "green"];

const ENVIRONMENTS = ["shared", "overflow", "fargate", "host"];
const QUEUES = ["urgent", "q", "other", "fair"];

/** How the shares of a queue compete. */
export const fairsharePolicy = fc.record({
  shareDecaySeconds: fc.constantFrom(0, 3600),
  computeReservation: fc.constantFrom(0, 50, 90),
  shareDistribution: fc.constantFrom(
    [],
    [{ shareIdentifier: "blue*", weightFactor: 0.5 }],
    [
      { shareIdentifier: "red", weightFactor: 3 },
      { shareIdentifier: "blue*", weightFactor: 2 },
    ],
  ),
});

/** One thing that happens. Numbers choose among what there is at that moment. */
export const happening = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("submit" as const),
      queue: fc.constantFrom(...QUEUES, "fair"),
      share: fc.constantFrom(...SHARES),
      schedulingPriority: fc.nat(2),
      family: fc.constantFrom("single", "single", "array", "sequential", "multi-node"),
      size: fc.integer({ min: 2, max: 3 }),
      vcpuMillis: fc.constantFrom(250, 1000, 2000, 4000, 7000, 9000, 30_000),
      memoryMiB: fc.constantFrom(100, 3000, 9000),
      licenceCount: fc.constantFrom(0, 0, 0, 1, 2, 5),
      attempts: fc.integer({ min: 1, max: 2 }),
      /** Of the attempts under way the one whose job, or child, has to end before. */
      waitsFor: fc.option(fc.nat(), { freq: 2 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("cycle" as const), limit: fc.constantFrom(1, 3, 100, 100) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("end" as const), which: fc.nat(), isWell: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("boot" as const, "leave" as const, "terminate" as const),
      which: fc.nat(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pass time" as const), seconds: fc.nat(2000) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("change environment" as const),
      name: fc.constantFrom(...ENVIRONMENTS),
      state: fc.constantFrom("ENABLED", "ENABLED", "DISABLED"),
      status: fc.constantFrom("VALID", "UPDATING", "INVALID"),
      maxvCpus: fc.constantFrom(2, 6, 12, 40),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("change queue" as const),
      name: fc.constantFrom(...QUEUES),
      priority: fc.nat(3),
      status: fc.constantFrom("VALID", "VALID", "DELETING"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("change policy" as const),
      policy: fairsharePolicy,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("count licences" as const), total: fc.nat(4) }) },
);
export type Happening = typeof happening extends fc.Arbitrary<infer Value> ? Value : never;
