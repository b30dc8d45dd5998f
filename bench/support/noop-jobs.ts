import { JobServer } from "./job-server.ts";

const SLOTS = 8;
const CONNECTIONS = 32;
const ASK_AGAIN_MS = 20;

/** A server whose jobs do nothing, as many of them at a time as `SLOTS`. */
export async function startNoopServer(): Promise<JobServer> {
  const server = await JobServer.start({ slots: SLOTS, connections: CONNECTIONS });
  await server.define(["true"]);
  // The runners come up with the first jobs.
  await server.submitMany(SLOTS * 10);
  await server.allSucceeded(ASK_AGAIN_MS);
  return server;
}

/** Jobs a second, from the first submission until all have ended well. */
export async function singleJobsPerSecond(server: JobServer, count: number): Promise<number> {
  const startedAtMs = performance.now();
  await server.succeeded(await server.submitMany(count), ASK_AGAIN_MS);
  await server.allSucceeded(ASK_AGAIN_MS);
  return (count * 1000) / (performance.now() - startedAtMs);
}

/** Children a second of one array. */
export async function childrenPerSecond(server: JobServer, size: number): Promise<number> {
  const startedAtMs = performance.now();
  const jobId = await server.submit(server.connection, { arrayProperties: { size } });
  await server.succeeded(jobId, ASK_AGAIN_MS);
  return (size * 1000) / (performance.now() - startedAtMs);
}
