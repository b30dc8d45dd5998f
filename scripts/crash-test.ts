/**
 * Kills a server hundreds of times under load and says whether everything that it acknowledged held:
 * `npm run test:crash -- [--kills 300] [--seed N]`. Exits 0 only if it did and every phase was hit.
 */
import { parseArgs } from "node:util";
import { describeReport, isSound } from "../test/crash/crash-report.ts";
import { runCrashTest } from "../test/crash/crash-run.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "300" }, seed: { type: "string" } },
});
const killCount = Number(values.kills);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
if (!Number.isInteger(killCount) || killCount < 1 || !Number.isInteger(seed) || seed < 0) {
  console.error("--kills takes a number from 1 on, --seed one from 0 on");
  process.exit(2);
}

console.log(`seed ${seed}, ${killCount} kills`);
const report = await runCrashTest({ seed, killCount, say: console.log });
console.log(describeReport(report));
process.exitCode = isSound(report) ? 0 : 1;
