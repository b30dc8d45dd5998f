/**
 * Shows the product: starts a server on a free port and a throw-away data folder, runs a small real workload through
 * the public API with an unchanged AWS SDK, prints what happens as it happens, and ends with a table of the jobs.
 * Exits 0 only if every job ended as it should.
 */
import { styleText } from "node:util";
import { BatchClient } from "@aws-sdk/client-batch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { prepareQueue, runJobs } from "./demo/workload.ts";
import type { EndedJob } from "./demo/workload.ts";
import { jobTable } from "./demo/table.ts";
import { chooseProvider } from "./demo/provider.ts";
import { startServer } from "./demo/server.ts";

const WHAT_RUNS = { docker: "containers", process: "plain processes of this machine" };

// Who stops reading, as `head` does, does not keep the demo from ending what it has begun.
process.stdout.on("error", () => {});

const startedAtMs = Date.now();
const isAsExpected = await main().catch((error: Error) => {
  console.error(styleText("red", `  ✗ ${error.message}`));
  return false;
});
process.exitCode = isAsExpected ? 0 : 1;

/** True if every job ended as it should. */
async function main(): Promise<boolean> {
  console.log(`\n  ${styleText("bold", "Batchyard")}  AWS Batch that you can run yourself\n`);
  const { provider, because } = await chooseProvider();
  await using server = await startServer(provider);
  say(`server ready at ${server.url}, its data in ${server.dataDir}`);
  say("the client is the AWS SDK for JavaScript, unchanged");
  say(`jobs run as ${WHAT_RUNS[provider]}: ${because}`);

  const connection = {
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: "demo", secretAccessKey: "demo" },
  };
  const batch = new BatchClient(connection);
  const logs = new CloudWatchLogsClient(connection);
  await prepareQueue(batch, say);
  const jobs = await runJobs(batch, logs, say);

  console.log(`\n${jobTable(jobs.map((job) => ({ job, isAsExpected: mistakesOf(job).length === 0 })))}\n`);
  const mistakes = jobs.flatMap(mistakesOf);
  if (mistakes.length === 0) {
    const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
    console.log(`  ${styleText("green", "✓")} every job ended as it should, ${seconds} s in all`);
    console.log(`    yours next:  ${styleText("cyan", "npm start")}  and point any AWS client at it\n`);
  }
  for (const mistake of mistakes) console.log(styleText("red", `  ✗ ${mistake}`));
  return mistakes.length === 0;
}

/** One line of the story, with the seconds since the beginning. */
function say(text: string): void {
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(2).padStart(6);
  console.log(`${styleText("dim", seconds)}  ${text}`);
}

function mistakesOf({ plan, status, exitCode, attemptCount }: EndedJob): readonly string[] {
  const { expected } = plan;
  const got = { status, exitCode, attemptCount };
  const isRight =
    status === expected.status && exitCode === expected.exitCode && attemptCount === expected.attemptCount;
  return isRight
    ? []
    : [`${plan.name} should have ended ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`];
}
