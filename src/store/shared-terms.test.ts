import { expect, test } from "vitest";
import type { JobTerms } from "./live-job.ts";
import { SharedTerms } from "./shared-terms.ts";

const TERMS: JobTerms = {
  scope: { accountId: "000000000000", region: "us-east-1" },
  jobQueueArn: "arn:aws:batch:us-east-1:000000000000:job-queue/a",
  resources: { vcpuMillis: 1_000, memoryMiB: 2_048, gpuCount: 0 },
  nodeResources: undefined,
  retryStrategy: { attempts: 2, evaluateOnExit: [{ action: "RETRY", onReason: "*" }] },
  attemptDurationSeconds: 60,
};

const OTHERS: readonly JobTerms[] = [
  { ...TERMS, scope: { accountId: "000000000001", region: "us-east-1" } },
  { ...TERMS, jobQueueArn: "arn:aws:batch:us-east-1:000000000000:job-queue/aa" },
  { ...TERMS, resources: { ...TERMS.resources, vcpuMillis: 2_000 } },
  { ...TERMS, nodeResources: [TERMS.resources] },
  { ...TERMS, retryStrategy: { attempts: 3, evaluateOnExit: [] } },
  { ...TERMS, retryStrategy: { attempts: 2, evaluateOnExit: [{ action: "EXIT", onReason: "*" }] } },
  { ...TERMS, attemptDurationSeconds: undefined },
];

test("equal terms are one object, and different ones are not, whatever came in between", () => {
  const terms = new SharedTerms();
  const all = [TERMS, ...OTHERS];
  const first = all.map((one) => terms.share(one));
  expect(first).toEqual(all);
  expect(new Set(first).size).toBe(all.length);
  for (const [index, one] of all.entries()) expect(terms.share(structuredClone(one))).toBe(first[index]);
});
