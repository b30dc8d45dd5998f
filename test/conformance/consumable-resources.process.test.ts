import type { UpdateConsumableResourceCommandInput } from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { clientException, refusalOf, wrapped } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";

const used = useServer({ flags: ROOMY });

function arnOf(name: string): string {
  return `arn:aws:batch:us-east-1:000000000000:consumable-resource/${name}`;
}

function needing(consumableResource: string, quantity: number) {
  return { consumableResourceList: [{ consumableResource, quantity }] };
}

async function quantities(consumableResource: string) {
  const shown = await used.batch.describeConsumableResource({ consumableResource });
  return [shown.totalQuantity, shown.inUseQuantity, shown.availableQuantity];
}

beforeAll(async () => {
  await makeEnvironment(used.batch, "ce");
  await makeQueue(used.batch, "waiting", ["ce"]);
});

describe("a consumable resource", () => {
  test("is there at once, shown, changed and deleted", async () => {
    const { batch } = used;
    const created = await batch.createConsumableResource({
      consumableResourceName: "whole",
      totalQuantity: 3,
      tags: { team: "a" },
    });
    const names = { consumableResourceName: "whole", consumableResourceArn: arnOf("whole") };
    expect(created).toMatchObject(names);
    const { $metadata: _, ...shown } = await batch.describeConsumableResource({
      consumableResource: arnOf("whole"),
    });
    expect(shown).toEqual({
      ...names,
      totalQuantity: 3,
      inUseQuantity: 0,
      availableQuantity: 3,
      resourceType: "REPLENISHABLE",
      createdAt: expect.any(Number),
      tags: { team: "a" },
    });
    await batch.tagResource({ resourceArn: arnOf("whole"), tags: { more: "b" } });
    const changed = { consumableResource: "whole", operation: "ADD", quantity: 4 };
    expect(await batch.updateConsumableResource(changed)).toMatchObject({ ...names, totalQuantity: 7 });
    expect(await batch.describeConsumableResource({ consumableResource: "whole" })).toMatchObject({
      totalQuantity: 7,
      tags: { team: "a", more: "b" },
    });
    await batch.deleteConsumableResource({ consumableResource: "whole" });
    await batch.deleteConsumableResource({ consumableResource: "whole" });
    expect(await refusalOf(batch.describeConsumableResource({ consumableResource: "whole" }))).toEqual(
      clientException(`${arnOf("whole")} does not exist`),
    );
  });

  test("16.55 is changed once by two requests with the same clientToken", async () => {
    const { batch } = used;
    await batch.createConsumableResource({ consumableResourceName: "once", totalQuantity: 1 });
    const request = { consumableResource: "once", operation: "ADD", quantity: 2, clientToken: "token-1" };
    const answers = [
      await batch.updateConsumableResource(request),
      await batch.updateConsumableResource(request),
    ];
    expect(answers.map(({ totalQuantity }) => totalQuantity)).toEqual([3, 3]);
    expect(await quantities("once")).toEqual([3, 0, 3]);
    expect(await refusalOf(batch.updateConsumableResource({ ...request, quantity: 9 }))).toEqual(
      clientException("clientToken token-1 was used with another request before"),
    );
    await batch.updateConsumableResource({ ...request, clientToken: "token-2" });
    expect(await quantities("once")).toEqual([5, 0, 5]);
  });

  test.each<[what: string, request: Partial<UpdateConsumableResourceCommandInput>, refusal: RefusalSeen]>([
    [
      "one that is not there",
      { consumableResource: "nowhere", operation: "SET", quantity: 1 },
      clientException(`${arnOf("nowhere")} does not exist`),
    ],
    [
      "an operation of the user's own",
      { operation: "DOUBLE", quantity: 1 },
      clientException("operation must be one of SET, ADD, REMOVE, got DOUBLE"),
    ],
    [
      "a negative quantity",
      { operation: "SET", quantity: -1 },
      clientException("quantity must be at least 0, got -1"),
    ],
  ])("%s: refused at update", async (_what, request, refusal) => {
    const { batch } = used;
    await batch.createConsumableResource({ consumableResourceName: "refusing" }).catch(() => undefined);
    const update = batch.updateConsumableResource({ consumableResource: "refusing", ...request });
    expect(await refusalOf(update)).toEqual(refusal);
  });

  test("is found by its name without regard to case", async () => {
    const { batch } = used;
    for (const consumableResourceName of ["Licence-A", "licence-b", "other"]) {
      await batch.createConsumableResource({ consumableResourceName, totalQuantity: 1 });
    }
    const found = async (value: string) => {
      const filters = [{ name: "CONSUMABLE_RESOURCE_NAME", values: [value] }];
      const { consumableResources: first = [], nextToken } = await batch.listConsumableResources({
        filters,
        maxResults: 1,
      });
      if (nextToken === undefined) return first;
      const { consumableResources: others = [] } = await batch.listConsumableResources({
        filters,
        nextToken,
      });
      return [...first, ...others];
    };
    expect((await found("LICENCE-*")).map(({ consumableResourceName }) => consumableResourceName)).toEqual([
      "Licence-A",
      "licence-b",
    ]);
    expect(await found("licence-a")).toEqual([
      {
        consumableResourceArn: arnOf("Licence-A"),
        consumableResourceName: "Licence-A",
        totalQuantity: 1,
        inUseQuantity: 0,
        resourceType: "REPLENISHABLE",
      },
    ]);
    const { consumableResources = [] } = await batch.listConsumableResources({});
    expect(consumableResources.map(({ consumableResourceName }) => consumableResourceName)).toContain(
      "other",
    );
  });
});

describe("a job", () => {
  test("needs what its submission says, else what its definition says; both show ARNs", async () => {
    const { batch, jobs } = used;
    await jobs.run("true");
    await batch.registerJobDefinition({
      jobDefinitionName: "needy",
      type: "container",
      containerProperties: {
        image: "busybox",
        command: ["true"],
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "64" },
        ],
      },
      consumableResourceProperties: needing("absent", 2),
    });
    const { jobDefinitions } = await batch.describeJobDefinitions({ jobDefinitionName: "needy" });
    expect(jobDefinitions).toMatchObject([{ consumableResourceProperties: needing(arnOf("absent"), 2) }]);
    const plain = await jobs.submit("true", { jobDefinition: "needy", jobQueue: "waiting" });
    const overridden = await jobs.submit("true", {
      jobDefinition: "needy",
      jobQueue: "waiting",
      consumableResourcePropertiesOverride: needing(arnOf("absent"), 5),
    });
    expect(await jobs.describe(plain)).toMatchObject({
      consumableResourceProperties: needing(arnOf("absent"), 2),
    });
    expect(await jobs.describe(overridden)).toMatchObject({
      consumableResourceProperties: needing(arnOf("absent"), 5),
    });
    await batch.terminateJobs({ jobs: [plain, overridden], reason: "seen" });
  });

  test("is found by what it needs", async () => {
    const { batch, jobs } = used;
    await batch.createConsumableResource({ consumableResourceName: "needed", totalQuantity: 9 });
    const consumableResourcePropertiesOverride = needing("needed", 2);
    const jobId = await jobs.submit("true", { jobName: "Needing", consumableResourcePropertiesOverride });
    await jobs.ended(jobId);
    const listed = async (...filters: readonly (readonly [name: string, value: string])[]) => {
      const { jobs: found = [] } = await batch.listJobsByConsumableResource({
        consumableResource: "needed",
        filters: filters.map(([name, value]) => ({ name, values: [value] })),
      });
      return found;
    };
    expect(await listed()).toEqual([
      {
        jobArn: `arn:aws:batch:us-east-1:000000000000:job/${jobId}`,
        jobQueueArn: "arn:aws:batch:us-east-1:000000000000:job-queue/default",
        jobName: "Needing",
        jobDefinitionArn: "arn:aws:batch:us-east-1:000000000000:job-definition/shell:1",
        jobStatus: "SUCCEEDED",
        quantity: 2,
        statusReason: "Essential container in task exited",
        startedAt: expect.any(Number),
        createdAt: expect.any(Number),
        consumableResourceProperties: needing(arnOf("needed"), 2),
      },
    ]);
    expect(await listed(["JOB_NAME", "need*"], ["JOB_STATUS", "SUCCEEDED"])).toHaveLength(1);
    expect(await listed(["JOB_STATUS", "FAILED"])).toEqual([]);
    expect(await refusalOf(listed(["JOB_STATUS", "DONE"]))).toEqual(
      clientException(
        "filters[].values[0] must be one of SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED, got DONE",
      ),
    );
  });

  test("cannot need the same twice", async () => {
    const consumableResourcePropertiesOverride = {
      consumableResourceList: [
        { consumableResource: "a", quantity: 1 },
        { consumableResource: arnOf("a"), quantity: 1 },
      ],
    };
    expect(await refusalOf(used.jobs.submit("true", { consumableResourcePropertiesOverride }))).toEqual(
      wrapped("Cannot have duplicate consumableResource in consumableResourceProperties"),
    );
  });
});

describe("the accounting", () => {
  test("16.52 of two jobs that need one unit the second waits RUNNABLE until the first has ended", async () => {
    const { batch, jobs } = used;
    await batch.createConsumableResource({ consumableResourceName: "unit", totalQuantity: 1 });
    const submission = { jobQueue: "waiting", consumableResourcePropertiesOverride: needing("unit", 1) };
    const first = await jobs.submit(used.waitAt("unit"), submission);
    await jobs.reached(first, "RUNNING");
    const second = await jobs.submit("true", submission);
    await jobs.reached(second, "RUNNABLE");
    expect(await quantities("unit")).toEqual([1, 1, 0]);
    used.open("unit");
    const [ended, next] = await Promise.all([jobs.ended(first), jobs.ended(second)]);
    expect([ended.status, next.status]).toEqual(["SUCCEEDED", "SUCCEEDED"]);
    expect(next.startedAt).toBeGreaterThanOrEqual(ended.stoppedAt ?? Infinity);
    expect(await quantities("unit")).toEqual([1, 0, 1]);
  });

  test("16.52 a NON_REPLENISHABLE resource shrinks by what was used", async () => {
    const { batch, jobs } = used;
    await batch.createConsumableResource({
      consumableResourceName: "fuel",
      totalQuantity: 5,
      resourceType: "NON_REPLENISHABLE",
    });
    await jobs.run("true", { consumableResourcePropertiesOverride: needing("fuel", 2) });
    expect(await quantities("fuel")).toEqual([3, 0, 3]);
    await jobs.run("exit 1", {
      consumableResourcePropertiesOverride: needing("fuel", 1),
      retryStrategy: { attempts: 2 },
    });
    expect(await quantities("fuel")).toEqual([1, 0, 1]);
  });

  test("a job waits for a resource that is not there, until it is made", async () => {
    const { batch, jobs } = used;
    const jobId = await jobs.submit("true", {
      jobQueue: "waiting",
      consumableResourcePropertiesOverride: needing("to-come", 1),
    });
    await jobs.reached(jobId, "RUNNABLE");
    await batch.createConsumableResource({ consumableResourceName: "to-come", totalQuantity: 1 });
    expect(await jobs.ended(jobId)).toMatchObject({ status: "SUCCEEDED" });
  });
});
