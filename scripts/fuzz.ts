/**
 * Sends what nobody should send, for as long as is wanted: `npm run test:fuzz -- [--seed N] [--minutes M]`.
 *
 * Each round has a seed of its own and a new store, in turn in memory and on disk. Ends at the first round with findings,
 * with 1, and says with which seed they come again.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MemoryStore } from "../src/store/memory/memory-store.ts";
import { SqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { runFuzz } from "../test/fuzz/fuzz-run.ts";
import { FuzzWorld } from "../test/fuzz/fuzz-world.ts";

const REQUESTS_PER_ROUND = 6_000;

const { values } = parseArgs({
  options: { seed: { type: "string" }, minutes: { type: "string", default: "1" } },
});
const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const endsAtMs = Date.now() + Number(values.minutes) * 60_000;
if (!Number.isInteger(firstSeed) || firstSeed < 0 || !(endsAtMs > 0)) {
  console.error("--seed takes a whole number from 0 on, --minutes a number");
  process.exit(2);
}

for (let seed = firstSeed; ; seed += 1) {
  const findings = await runRound(seed);
  if (findings.length > 0) {
    console.error(findings.join("\n"));
    process.exitCode = 1;
    break;
  }
  if (Date.now() >= endsAtMs) break;
}

async function runRound(seed: number): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-fuzz-"));
  try {
    const isOnDisk = (seed - firstSeed) % 2 === 1;
    await using store = isOnDisk ? SqliteStore.open(join(folder, "batchyard.db")) : new MemoryStore();
    const world = await FuzzWorld.open(store);
    const { requestCount, findings } = await runFuzz(world, seed, (count) => count < REQUESTS_PER_ROUND);
    console.log(`seed ${seed}: ${requestCount} requests, ${findings.length} findings`);
    return findings;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
