import { describe, expect, test } from "vitest";
import { ID } from "./examples.ts";
import { FakeAws, ok } from "./fake-aws.ts";
import { NOW_MS, runCli } from "./run-cli.ts";

const TOP = {
  atMs: NOW_MS,
  host: {
    capacity: { vcpuMillis: 8_000, memoryMiB: 32_000, gpuCount: 0 },
    inUse: { vcpuMillis: 2_500, memoryMiB: 1_024, gpuCount: 0 },
  },
  jobQueues: [
    {
      jobQueueName: "q",
      state: "ENABLED",
      status: "VALID",
      priority: 1,
      counts: { SUBMITTED: 1, PENDING: 2, RUNNABLE: 40, STARTING: 0, RUNNING: 3 },
      vcpuMillis: 2_500,
      shares: { waiting: 1, busy: 0, idle: 0 },
      head: { jobId: ID, because: "host-full", sentence: "It waits for room on the host." },
      blocked: {
        jobId: ID,
        reason: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        sinceMs: NOW_MS - 1_500_000,
      },
    },
    {
      jobQueueName: "turns",
      state: "ENABLED",
      status: "VALID",
      priority: 1,
      counts: { RUNNABLE: 2 },
      vcpuMillis: 0,
      head: { jobId: ID, because: "environments-full", sentence: "It waits for room." },
    },
    { jobQueueName: "off", state: "DISABLED", status: "VALID", priority: 0, counts: {}, vcpuMillis: 0 },
    { jobQueueName: "old", state: "DISABLED", status: "DELETING", priority: 0, counts: {}, vcpuMillis: 0 },
  ],
  computeEnvironments: [
    {
      computeEnvironmentName: "spot",
      type: "SPOT",
      state: "ENABLED",
      status: "VALID",
      vcpuMillisInUse: 2_500,
      vcpuMillisLaunched: 4_000,
      desiredvCpus: 4,
      maxvCpus: 16,
      instances: { starting: 0, busy: 0, idle: 0, leaving: 1 },
    },
    {
      computeEnvironmentName: "tasks",
      type: "FARGATE",
      state: "DISABLED",
      status: "VALID",
      vcpuMillisInUse: 0,
      maxvCpus: 16,
    },
    {
      computeEnvironmentName: "roleless",
      type: "EC2",
      state: "ENABLED",
      status: "INVALID",
      statusReason: "CLIENT_ERROR - its role cannot be assumed",
      vcpuMillisInUse: 0,
      vcpuMillisLaunched: 0,
      maxvCpus: 16,
      instances: { starting: 0, busy: 0, idle: 0, leaving: 0 },
    },
  ],
  instances: [
    {
      instanceId: "i-0a1b2c3d4e5f60718",
      instanceType: "c5.large",
      computeEnvironmentName: "spot",
      isSpot: true,
      status: "leaving",
      resources: { vcpuMillis: 2_000, memoryMiB: 3_800, gpuCount: 0 },
      free: { vcpuMillis: 500, memoryMiB: 2_776, gpuCount: 0 },
      attemptCount: 1,
      launchedAtMs: NOW_MS - 240_000,
      leaving: { because: "reclaimed", atMs: NOW_MS + 90_000 },
    },
  ],
  shares: [
    {
      jobQueueName: "q",
      shareIdentifier: "alice",
      status: "waiting",
      liveCount: 4,
      vcpuMillis: 2_500,
      claimVcpus: 4.25,
      weight: 0.5,
    },
  ],
};

describe("top", () => {
  test("shows all once where standard output is no terminal", async () => {
    await using aws = await FakeAws.start({ "/batchyard/top": ok(TOP) });
    const { output } = await runCli(["top", "--endpoint", aws.url]);
    expect(output).toMatchInlineSnapshot(`
      "Host: 2.5 of 8 vCPU, 1024 of 32000 MiB in use

      QUEUE           PRIO  PENDING  RUNNABLE  STARTING  RUNNING  VCPU
      q               1     3        40        0         3        2.5
        BLOCKED for 25m by 0000abcd: It waits for room on the host.
      turns           1     0        2         0         0        0
        next is 0000abcd: It waits for room.
      off (DISABLED)  0     0        0         0         0        0
      old (DELETING)  0     0        0         0         0        0

      ENVIRONMENT  TYPE     STATE     USED  LAUNCHED  DESIRED  MAX  INSTANCES
      spot         SPOT     VALID     2.5   4         4        16   1 leaving
      tasks        FARGATE  DISABLED  0     -         -        16   -
      roleless     EC2      INVALID   0     0         -        16   -
        CLIENT_ERROR - its role cannot be assumed

      INSTANCE             TYPE           ENVIRONMENT  STATUS            JOBS  VCPU FREE  MIB FREE   AGE
      i-0a1b2c3d4e5f60718  c5.large Spot  spot         leaving in 1m30s  1     0.5/2      2776/3800  4m

      SHARE  QUEUE  JOBS  VCPU  CLAIM  WEIGHT  CLAIM x WEIGHT
      alice  q      4     2.5   4.250  0.5     2.125
      "
    `);
  });

  test("is drawn anew on a terminal until Ctrl-C", async () => {
    const outage = "the container engine does not answer";
    await using aws = await FakeAws.start({ "/batchyard/top": [ok(TOP), ok({ ...TOP, outage })] });
    const { output, exitCode } = await runCli(["top", "--endpoint", aws.url], {
      isTerminal: true,
      signals: [["Nothing can be started", "SIGINT"]],
    });
    expect(exitCode).toBe(0);
    expect(output.split("\u001b[H\u001b[J").length - 1).toBe(2);
  });

  test("fits 80 columns, leaving out what matters less", async () => {
    const output = await shown(TOP);
    expect(output).toMatchInlineSnapshot(`
      "Host: 2.5 of 8 vCPU, 1024 of 32000 MiB in use

      QUEUE           PRIO  PENDING  RUNNABLE  STARTING  RUNNING  VCPU
      q               1     3        40        0         3        2.5
        BLOCKED for 25m by 0000abcd: It waits for room on the host.
      turns           1     0        2         0         0        0
        next is 0000abcd: It waits for room.
      off (DISABLED)  0     0        0         0         0        0
      old (DELETING)  0     0        0         0         0        0

      ENVIRONMENT  TYPE     STATE     USED  LAUNCHED  DESIRED  MAX  INSTANCES
      spot         SPOT     VALID     2.5   4         4        16   1 leaving
      tasks        FARGATE  DISABLED  0     -         -        16   -
      roleless     EC2      INVALID   0     0         -        16   -
        CLIENT_ERROR - its role cannot be assumed

      INSTANCE             TYPE           ENVIRONMENT  STATUS            VCPU FREE
      i-0a1b2c3d4e5f60718  c5.large Spot  spot         leaving in 1m30s  0.5/2

      SHARE  QUEUE  JOBS  VCPU  CLAIM  WEIGHT  CLAIM x WEIGHT
      alice  q      4     2.5   4.250  0.5     2.125
      "
    `);
    expect(Math.max(...output.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("cuts long names where they would break the lines", async () => {
    const long = "a-name-that-somebody-made-to-say-all-of-it-at-once";
    const output = await shown({
      ...TOP,
      jobQueues: TOP.jobQueues.map((jobQueue) => ({
        ...jobQueue,
        jobQueueName: long,
        status: "DELETING",
        vcpuMillis: 1_000_500,
      })),
      computeEnvironments: TOP.computeEnvironments.map((environment) => ({
        ...environment,
        computeEnvironmentName: long,
        type: "FARGATE_SPOT",
        maxvCpus: 100_000,
        instances: { starting: 1_000, busy: 1_000, idle: 1_000, leaving: 1_000 },
      })),
      instances: TOP.instances.map((instance) => ({
        ...instance,
        computeEnvironmentName: long,
        instanceType: "u-12tb1.112xlarge",
      })),
      shares: TOP.shares.map((share) => ({ ...share, jobQueueName: long, shareIdentifier: long })),
    });
    expect(Math.max(...output.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe("top of more than there is room for", () => {
  const [BLOCKED, WAITING] = TOP.jobQueues;
  const IDLE = numbers(20).map((index) => aQueue(`idle-${index}`));
  const WORKS = aQueue("works", { RUNNING: 1 });

  test.each([
    [
      "shows blocked queues, those that wait and those with jobs before idle ones, in the order of priority",
      [...IDLE, WORKS, WAITING, BLOCKED],
      [...numbers(17).map((index) => `idle-${index}`), "works", "turns", "q"],
      "and 3 more, all idle\n",
    ],
    [
      "says what it hides, the most pressing first",
      [
        ...numbers(19).map((index) => ({ ...BLOCKED, jobQueueName: `blocked-${index}` })),
        { ...WAITING, jobQueueName: "waits-1" },
        { ...WAITING, jobQueueName: "waits-2" },
        WORKS,
        ...IDLE,
      ],
      [...numbers(19).map((index) => `blocked-${index}`), "waits-1"],
      "and 22 more: 1 waiting, 1 busy, 20 idle\n",
    ],
  ])("%s", async (_claim, jobQueues, names, rest) => {
    const output = await shown({
      ...TOP,
      jobQueues,
      computeEnvironments: [],
      instances: [],
      shares: [],
    });
    expect(firstWords(output)).toEqual(["Host:", "QUEUE", ...names, "and"]);
    expect(output.endsWith(rest)).toBe(true);
  });

  test("shows the last one instead of a line that counts it", async () => {
    const output = await shown({
      ...TOP,
      jobQueues: [...IDLE, WORKS],
      computeEnvironments: [],
      instances: [],
      shares: [],
    });
    expect(firstWords(output)).toEqual([
      "Host:",
      "QUEUE",
      ...numbers(20).map((index) => `idle-${index}`),
      "works",
    ]);
  });

  test("shows all of them where standard output is no terminal", async () => {
    const jobQueues = [...IDLE, WORKS];
    const output = await shown({ ...TOP, jobQueues, instances: [] }, { isTerminal: false });
    expect(output).toContain("idle-19");
    expect(output).not.toContain("more");
  });

  test("shows environments that are INVALID or at work before idle ones", async () => {
    const [spot, idle, invalid] = TOP.computeEnvironments;
    const ofIdle = numbers(20).map((index) => ({ ...idle, computeEnvironmentName: `idle-${index}` }));
    const computeEnvironments = [...ofIdle, spot, { ...idle, status: "UPDATING" }, invalid];
    const output = await shown({ ...TOP, jobQueues: [], computeEnvironments, instances: [], shares: [] });
    expect(firstWords(output)).toEqual([
      "Host:",
      "ENVIRONMENT",
      ...numbers(17).map((index) => `idle-${index}`),
      "spot",
      "tasks",
      "roleless",
      "and",
    ]);
    expect(output.endsWith("and 3 more, all idle\n")).toBe(true);
  });

  test("shows instances that leave or start before others, each environment's in turn, and counts those that it was not told of", async () => {
    const [instance] = TOP.instances;
    const some = (name: string, status: string, length: number) =>
      numbers(length).map((index) => ({
        ...instance,
        instanceId: `${name}-${status}-${index}`,
        computeEnvironmentName: name,
        status,
        leaving: undefined,
      }));
    const [spot] = TOP.computeEnvironments;
    const computeEnvironments = [
      { ...spot, instances: { starting: 0, busy: 500, idle: 30, leaving: 0 } },
      { ...spot, instances: { starting: 1, busy: 40, idle: 0, leaving: 1 } },
    ];
    const instances = [
      ...some("a", "idle", 30),
      ...some("a", "busy", 30),
      ...some("b", "busy", 38),
      ...some("b", "starting", 1),
      ...some("b", "leaving", 1),
    ];
    const output = await shown({ ...TOP, jobQueues: [], computeEnvironments, instances, shares: [] });
    expect(firstWords(output).slice(4)).toEqual([
      "INSTANCE",
      ...numbers(9).map((index) => `a-busy-${index}`),
      ...numbers(9).map((index) => `b-busy-${index}`),
      "b-starting-0",
      "b-leaving-0",
      "and",
    ]);
    expect(output.endsWith("and 552 more: 522 busy, 30 idle\n")).toBe(true);
  });

  test("shows shares that wait before others, and counts those that it was not told of", async () => {
    const [share] = TOP.shares;
    const shares = numbers(30).map((index) => ({
      ...share,
      shareIdentifier: `share-${index}`,
      status: index < 28 ? "idle" : "waiting",
    }));
    const jobQueues = [{ ...aQueue("q"), shares: { waiting: 2, busy: 0, idle: 1_000 } }];
    const output = await shown({ ...TOP, jobQueues, computeEnvironments: [], instances: [], shares });
    expect(firstWords(output).slice(3)).toEqual([
      "SHARE",
      ...numbers(18).map((index) => `share-${index}`),
      "share-28",
      "share-29",
      "and",
    ]);
    expect(output.endsWith("and 982 more, all idle\n")).toBe(true);
  });

  test("fits the screen while it is drawn anew: the largest table gives way first", async () => {
    const jobQueues = [...IDLE, BLOCKED];
    await using aws = await FakeAws.start({ "/batchyard/top": ok({ ...TOP, jobQueues }) });
    const { output } = await runCli(["top", "--endpoint", aws.url], {
      isTerminal: true,
      rows: 24,
      signals: [["QUEUE", "SIGINT"]],
    });
    expect(output.split("\n").length).toBe(24);
    expect(output).toMatchInlineSnapshot(`
      "[H[JHost: 2.5 of 8 vCPU, 1024 of 32000 MiB in use

      QUEUE   PRIO  PENDING  RUNNABLE  STARTING  RUNNING  VCPU
      idle-0  1     0        0         0         0        0
      idle-1  1     0        0         0         0        0
      idle-2  1     0        0         0         0        0
      idle-3  1     0        0         0         0        0
      idle-4  1     0        0         0         0        0
      q       1     3        40        0         3        2.5
        BLOCKED for 25m by 0000abcd: It waits for room on the host.
      and 15 more, all idle

      ENVIRONMENT  TYPE     STATE     USED  LAUNCHED  DESIRED  MAX  INSTANCES
      spot         SPOT     VALID     2.5   4         4        16   1 leaving
      tasks        FARGATE  DISABLED  0     -         -        16   -
      roleless     EC2      INVALID   0     0         -        16   -
        CLIENT_ERROR - its role cannot be assumed

      INSTANCE             TYPE           ENVIRONMENT  STATUS            VCPU FREE
      i-0a1b2c3d4e5f60718  c5.large Spot  spot         leaving in 1m30s  0.5/2

      SHARE  QUEUE  JOBS  VCPU  CLAIM  WEIGHT  CLAIM x WEIGHT
      alice  q      4     2.5   4.250  0.5     2.125
      "
    `);
  });

  test("cuts what is below the screen where that is too low for all of it", async () => {
    await using aws = await FakeAws.start({ "/batchyard/top": ok(TOP) });
    const { output } = await runCli(["top", "--endpoint", aws.url], {
      isTerminal: true,
      rows: 5,
      signals: [["QUEUE", "SIGINT"]],
    });
    expect(firstWords(output.replace("\u001b[H\u001b[J", ""))).toEqual(["Host:", "QUEUE", "q"]);
  });
});

/** What `top --once` shows of it, on a terminal unless said otherwise. */
async function shown(top: object, { isTerminal = true } = {}): Promise<string> {
  await using aws = await FakeAws.start({ "/batchyard/top": ok(top) });
  const { output } = await runCli(["top", "--once", "--endpoint", aws.url], { isTerminal });
  return output;
}

function aQueue(jobQueueName: string, counts: object = {}) {
  return { jobQueueName, state: "ENABLED", status: "VALID", priority: 1, counts, vcpuMillis: 0 };
}

function numbers(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}

function firstWords(output: string): readonly string[] {
  return output.split("\n").flatMap((line) => /^\S+/.exec(line)?.[0] ?? []);
}
