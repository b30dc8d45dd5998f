/**
 * Kills a server hundreds of times under load and says whether everything that it acknowledged held:
 * `npm run test:crash -- [--kills 300] [--seed N] [--provider docker [--docker-host ADDRESS | --engine-kills]]`.
 * Exits 0 only if it did and every phase was hit.
 *
 * Without an address, Docker's engine is one of the run's own; with `--engine-kills` that one is killed too.
 */
import { parseArgs } from "node:util";
import { describeReport, isSound, unshownKinds } from "../test/crash/crash-report.ts";
import { runCrashTest } from "../test/crash/crash-run.ts";
import { DockerUnderTest } from "../test/crash/docker-under-test.ts";
import { PROCESS_UNDER_TEST } from "../test/crash/process-under-test.ts";
import type { ProviderUnderTest } from "../test/crash/provider-under-test.ts";
import { DockerTestEngine } from "../test/support/docker-engine.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "300" },
    seed: { type: "string" },
    provider: { type: "string", default: "process" },
    "docker-host": { type: "string", default: "" },
    "engine-kills": { type: "boolean", default: false },
  },
});
const killCount = Number(values.kills);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
const { provider: providerName, "docker-host": dockerHost, "engine-kills": isEngineKilled } = values;
if (!Number.isInteger(killCount) || killCount < 1 || !Number.isInteger(seed) || seed < 0) {
  giveUp("--kills takes a number from 1 on, --seed one from 0 on");
}
if (isEngineKilled && (providerName !== "docker" || dockerHost !== "")) {
  giveUp(
    "--engine-kills is for --provider docker without --docker-host: only an engine of the run's own is killed",
  );
}

console.log(`seed ${seed}, ${killCount} kills, provider ${providerName}`);
try {
  await run();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const provider = await open(stack);
  const report = await runCrashTest({ seed, killCount, provider, say: console.log });
  console.log(describeReport(report));
  process.exitCode = isSound(report) && unshownKinds(report).length === 0 ? 0 : 1;
}

async function open(stack: AsyncDisposableStack): Promise<ProviderUnderTest> {
  if (providerName === "process") return PROCESS_UNDER_TEST;
  if (providerName !== "docker") giveUp("--provider takes process or docker");
  const engine = await DockerTestEngine.find(dockerHost);
  if (!(engine instanceof DockerTestEngine)) giveUp(`missing is ${engine.missing}`);
  stack.use(engine);
  return stack.use(new DockerUnderTest({ engine, isKilled: isEngineKilled }));
}

function giveUp(text: string): never {
  console.error(text);
  process.exit(2);
}
