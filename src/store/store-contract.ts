import { describe } from "vitest";
import { testEvents } from "./store-events-contract.ts";
import { testChildLists } from "./store-child-lists-contract.ts";
import { testChildren } from "./store-children-contract.ts";
import { testFamilyLoading } from "./store-families-contract.ts";
import { testJobLists } from "./store-job-lists-contract.ts";
import { testJobs } from "./store-jobs-contract.ts";
import { testLogs } from "./store-logs-contract.ts";
import { testPlainResources } from "./store-plain-resources-contract.ts";
import { testSecrets } from "./store-secrets-contract.ts";
import { testShareUsage } from "./store-share-usage-contract.ts";
import { testResources } from "./store-resources-contract.ts";
import type { Store } from "./store.ts";

/** What holds for every store. `open` makes an empty one that nobody else uses. */
export function testStoreContract(name: string, open: () => Store): void {
  describe(`${name} as a store`, () => {
    describe("resources", () => testResources(open));
    describe("usage of shares", () => testShareUsage(open));
    describe("plain resources", () => testPlainResources(open));
    describe("jobs", () => testJobs(open));
    describe("children and nodes", () => testChildren(open));
    describe("lists of children", () => testChildLists(open));
    describe("live families", () => testFamilyLoading(open));
    describe("lists of jobs", () => testJobLists(open));
    describe("log groups and streams", () => testLogs(open));
    describe("secrets", () => testSecrets(open));
    describe("the log of events", () => testEvents(open));
  });
}
