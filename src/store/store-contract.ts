import { describe } from "vitest";
import { testJobLists } from "./store-job-lists-contract.ts";
import { testJobs } from "./store-jobs-contract.ts";
import { testLogs } from "./store-logs-contract.ts";
import { testResources } from "./store-resources-contract.ts";
import type { Store } from "./store.ts";

/** What holds for every store. `open` makes an empty one that nobody else uses. */
export function testStoreContract(name: string, open: () => Store): void {
  describe(`${name} as a store`, () => {
    describe("resources", () => testResources(open));
    describe("jobs", () => testJobs(open));
    describe("lists of jobs", () => testJobLists(open));
    describe("log groups and streams", () => testLogs(open));
  });
}
