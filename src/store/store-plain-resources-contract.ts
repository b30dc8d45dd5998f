import { expect, test } from "vitest";
import { consumableResourceArn, jobQueueArn } from "../batch/arn.ts";
import {
  aConsumableResource,
  aJob,
  aQuotaShare,
  aSchedulingPolicy,
  aServiceEnvironment,
  aServiceJob,
  changed,
  OTHER_SCOPES,
  SCOPE,
  submitted,
} from "../../test/support/store-examples.ts";
import { allPages } from "../../test/support/store-pages.ts";
import type { PlainResource } from "../batch/plain-resource.ts";
import type { ServiceJob } from "../batch/service-job.ts";
import type { Change } from "./change.ts";
import type { ServiceJobFilter, Store } from "./store.ts";

const ALL = { limit: 100 };
const QUEUE = jobQueueArn(SCOPE, "queue");
const LICENCE = consumableResourceArn(SCOPE, "licence");

export function testPlainResources(open: () => Store): void {
  test("keeps, replaces and removes each type of plain resource, each by itself", async () => {
    await using store = open();
    const policy = aSchedulingPolicy("same");
    const resource = aConsumableResource("same");
    const environment = aServiceEnvironment("same");
    await store.commit([policy, resource, environment].map(put));
    const updated = { ...resource, totalQuantity: 7 };
    await store.commit([put(updated), { kind: "plain-resource-removed", resource: environment }]);
    expect(await store.readPlainResources("consumable-resource", SCOPE, ["same", "absent"])).toEqual([
      updated,
    ]);
    expect(await store.readPlainResources("scheduling-policy", SCOPE, ["same"])).toEqual([policy]);
    expect(await store.readPlainResources("service-environment", SCOPE, ["same"])).toEqual([]);
    const { plainResources } = await store.load();
    expect(plainResources).toHaveLength(2);
    expect(plainResources).toEqual(expect.arrayContaining([policy, updated]));
  });

  test("lists plain resources of a type by name, those of a prefix, in a scope", async () => {
    await using store = open();
    const names = ["b/1", "a/2", "a/1", "A/1"];
    await store.commit(names.map((name) => put(aQuotaShare(name))));
    await store.commit(OTHER_SCOPES.map((scope) => put(aQuotaShare("a/3", scope))));
    const listed = async (namePrefix: string) => {
      const filter = { type: "quota-share", scope: SCOPE, namePrefix } as const;
      const pages = await allPages((page) => store.listPlainResources(filter, page), 1);
      return pages.flat().map(({ name }) => name);
    };
    expect(await listed("")).toEqual(["A/1", "a/1", "a/2", "b/1"]);
    expect(await listed("a/")).toEqual(["a/1", "a/2"]);
  });

  test("keeps service jobs and loads those that have not ended, in the order in which they came", async () => {
    await using store = open();
    const [first, second] = [aServiceJob("1"), aServiceJob("2")];
    await store.commit([second, first].map(putServiceJob));
    const ended = { ...first, status: "FAILED", stoppedAtMs: 5, isTerminated: true } as const;
    expect((await store.load()).serviceJobs).toEqual([second, first]);
    await store.commit([putServiceJob(ended)]);
    expect((await store.load()).serviceJobs).toEqual([second]);
    expect(await store.readServiceJobs(SCOPE, ["1", "3", "2"])).toEqual([ended, second]);
    const [other = SCOPE] = OTHER_SCOPES;
    expect(await store.readServiceJobs(other, ["1"])).toEqual([]);
    expect(await store.removeJobsStoppedBefore(5, 10)).toBe(0);
    expect(await store.removeJobsStoppedBefore(6, 10)).toBe(1);
    expect(await store.readServiceJobs(SCOPE, ["1", "2"])).toEqual([second]);
  });

  test.each<[filter: Omit<ServiceJobFilter, "jobQueueArn">, ids: readonly string[]]>([
    [{}, ["4", "3", "2", "1"]],
    [{ status: "FAILED" }, ["3"]],
    [{ nameEquals: { text: "TRAIN-B", isPrefix: false } }, ["2"]],
    [{ nameEquals: { text: "train-", isPrefix: true } }, ["2", "1"]],
    [{ createdBeforeMs: 20 }, ["1"]],
    [{ createdAfterMs: 20 }, ["4"]],
    [{ shareIdentifier: "red" }, ["2"]],
    [{ quotaShareName: "blue", status: "RUNNABLE" }, ["4"]],
  ])("lists service jobs with %j, newest first", async (filter, ids) => {
    await using store = open();
    await store.commit(
      [
        aServiceJob("1", { createdAtMs: 10, jobName: "train-a" }),
        aServiceJob("2", { createdAtMs: 20, jobName: "Train-B", shareIdentifier: "red" }),
        aServiceJob("3", { createdAtMs: 20, quotaShareName: "blue", status: "FAILED", stoppedAtMs: 30 }),
        aServiceJob("4", { createdAtMs: 30, quotaShareName: "blue" }),
        aServiceJob("5", { jobQueueArn: jobQueueArn(SCOPE, "another") }),
      ].map(putServiceJob),
    );
    const pages = await allPages(
      (page) => store.listServiceJobs(SCOPE, { jobQueueArn: QUEUE, ...filter }, page),
      1,
    );
    expect(pages.flat().map(({ jobId }) => jobId)).toEqual(ids);
  });

  test("knows which jobs need a consumable resource, and forgets those that are removed", async () => {
    await using store = open();
    const consumableResources = [
      { consumableResource: LICENCE, quantity: 2 },
      { consumableResource: consumableResourceArn(SCOPE, "other"), quantity: 1 },
    ];
    const [first, second, without] = [
      aJob("1", { consumableResources, jobName: "one" }),
      aJob("2", { consumableResources, jobName: "Two" }),
      aJob("3"),
    ];
    await store.commit([submitted(first), submitted(without), submitted(second)]);
    const listed = async (filter: object) => {
      const wanted = { consumableResourceArn: LICENCE, ...filter };
      return (await allPages((page) => store.listJobsByConsumable(wanted, page), 1)).flat();
    };
    expect(await listed({})).toEqual(["2", "1"]);
    expect(await listed({ nameEquals: { text: "tw", isPrefix: true } })).toEqual(["2"]);
    expect((await store.load()).requirements).toEqual([
      { jobId: "1", consumableResources },
      { jobId: "2", consumableResources },
    ]);
    await store.commit([changed(first, { status: "FAILED", stoppedAtMs: 5 })]);
    expect(await listed({ status: "FAILED" })).toEqual(["1"]);
    expect((await store.load()).requirements).toEqual([{ jobId: "2", consumableResources }]);
    expect((await store.readJobs(SCOPE, ["1"])).map(({ job }) => job.consumableResources)).toEqual([
      consumableResources,
    ]);
    await store.removeJobsStoppedBefore(6, 10);
    expect(await listed({})).toEqual(["2"]);
    expect(await store.listJobsByConsumable({ consumableResourceArn: "none" }, ALL)).toEqual({ items: [] });
  });
}

function put(resource: PlainResource): Change {
  return { kind: "plain-resource-put", resource };
}

function putServiceJob(serviceJob: ServiceJob): Change {
  return { kind: "service-job-put", serviceJob };
}
