import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { AwsClients } from "./aws-clients.ts";
import { JobRunner } from "./job-runner.ts";
import { ServerProcess } from "./server-process.ts";
import { ROOMY } from "./use-server.ts";

/** A server of one test's own, that can be killed and started again on its folder. */
export async function startServer(dataDir: string, flags: readonly string[] = []) {
  const server = await ServerProcess.start({ dataDir, flags: [...ROOMY, ...flags] });
  const clients = new AwsClients(server.url);
  const jobs = new JobRunner(clients.batch);
  onTestFinished(async () => {
    clients.destroy();
    await server.end();
  });
  return { server, jobs };
}

/** A data folder that goes when the test is over. */
export function temporaryDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-events-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
