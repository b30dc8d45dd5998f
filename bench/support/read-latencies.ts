import { signedRequest } from "./batch-request.ts";
import { applyLoad } from "./http-load.ts";
import { QUEUE } from "./waiting-server.ts";

const DURATION_MS = 700;
const REQUEST_COUNT = 64;

/** The median time in milliseconds of a request over one connection, asking for other jobs each time. */
export async function medianMs(url: string, request: (index: number) => Buffer): Promise<number> {
  const requests = Array.from({ length: REQUEST_COUNT }, (_, index) => request(index));
  const load = await applyLoad({ url, connectionCount: 1, durationMs: DURATION_MS, requests });
  return load.medianMs;
}

/** DescribeJobs for so many of the jobs, any of them. */
export function describeAny(jobIds: readonly string[], count: number): Buffer {
  return signedRequest("/v1/describejobs", { jobs: Array.from({ length: count }, () => anyOf(jobIds)) });
}

/** Why one of the jobs waits, any of them. */
export function explainAny(jobIds: readonly string[]): Buffer {
  return signedRequest(`/batchyard/explain?jobId=${anyOf(jobIds)}`);
}

/** The first page of a hundred jobs in the status. */
export function listInStatus(jobStatus: string): Buffer {
  return signedRequest("/v1/listjobs", { jobQueue: QUEUE, jobStatus, maxResults: 100 });
}

function anyOf(jobIds: readonly string[]): string {
  return jobIds[Math.floor(Math.random() * jobIds.length)] ?? "";
}
