import { DatabaseSync } from "node:sqlite";

/**
 * Reads every row of the table that `waiting-rows.ts` made into arrays, one for each column, and prints the milliseconds.
 * In a process of its own, since the server that is compared with it begins cold as well.
 */
const [, , path = "", rowCount = "0"] = process.argv;
const size = Number(rowCount);
const startedAtMs = performance.now();
const database = new DatabaseSync(path, { readOnly: true });
const jobKeys = new Float64Array(size);
const scopes = new Uint32Array(size);
const jobIds: unknown[] = [];
const queues = new Uint32Array(size);
const statuses = new Uint8Array(size);
const queuePositions = new Float64Array(size);
const attemptCounts = new Uint8Array(size);
const vcpuMillis = new Uint32Array(size);
const memoriesMiB = new Uint32Array(size);
const gpuCounts = new Uint8Array(size);
const retryStrategies = new Uint32Array(size);
const attemptDurationsSeconds = new Uint32Array(size);
const shareIdentifiers: unknown[] = [];
const schedulingPriorities = new Uint16Array(size);
const select = database.prepare("SELECT * FROM waiting");
select.setReturnArrays(true);
let count = 0;
// The types of node:sqlite do not know about rows that are arrays.
for (const row of select.iterate() as Iterable<unknown> as Iterable<readonly number[]>) {
  jobKeys[count] = row[0] ?? 0;
  scopes[count] = row[1] ?? 0;
  jobIds.push(row[2]);
  queues[count] = row[3] ?? 0;
  statuses[count] = row[4] ?? 0;
  queuePositions[count] = row[5] ?? 0;
  attemptCounts[count] = row[6] ?? 0;
  vcpuMillis[count] = row[7] ?? 0;
  memoriesMiB[count] = row[8] ?? 0;
  gpuCounts[count] = row[9] ?? 0;
  retryStrategies[count] = row[10] ?? 0;
  attemptDurationsSeconds[count] = row[11] ?? 0;
  shareIdentifiers.push(row[12]);
  schedulingPriorities[count] = row[13] ?? 0;
  count += 1;
}
const tookMs = performance.now() - startedAtMs;
process.stdout.write(`${JSON.stringify({ count, tookMs })}\n`);
