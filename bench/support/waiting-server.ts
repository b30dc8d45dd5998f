import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AwsClients } from "../../test/support/aws-clients.ts";
import { makeEnvironment, makeQueue, setEnvironmentState } from "../../test/support/batch-resources.ts";
import { ServerProcess } from "../../test/support/server-process.ts";
import { ACCESS_KEY, CREDENTIALS_FILE } from "./batch-request.ts";

export const QUEUE = "reports";
export const DEFINITION = "report";

export const SCOPE = { accountId: "000000000000", region: "us-east-1" };

/** Starts a server that demands signatures on `data` in the folder. */
export function startSigned(
  folder: string,
  program?: readonly [string, ...string[]],
): Promise<ServerProcess> {
  const credentials = join(folder, "credentials");
  writeFileSync(credentials, CREDENTIALS_FILE);
  return ServerProcess.start({
    dataDir: join(folder, "data"),
    flags: ["--auth", "sigv4", "--credentials", credentials, "--log-level", "warn"],
    ...(program !== undefined && { program }),
  });
}

/** Makes a queue whose jobs wait in RUNNABLE, its only environment being DISABLED, and a definition for them. */
export async function makeWaitingQueue({ url }: ServerProcess): Promise<void> {
  const { id: accessKeyId, secret: secretAccessKey } = ACCESS_KEY;
  const clients = new AwsClients(url, { accessKeyId, secretAccessKey });
  const { batch } = clients;
  await makeEnvironment(batch, "reports");
  await makeQueue(batch, QUEUE, ["reports"]);
  await setEnvironmentState(batch, "reports", "DISABLED");
  await batch.registerJobDefinition({
    jobDefinitionName: DEFINITION,
    type: "container",
    containerProperties: {
      image: "registry.example.com/report:1",
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "2048" },
      ],
    },
  });
  clients.destroy();
}
