import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { waitUntilGone } from "../support/found-processes.ts";
import type { ProviderUnderTest } from "./provider-under-test.ts";

/**
 * All jobs have ended: says what is left of them. Each process of one carries the folder of the marks in its environment.
 *
 * An engine that is killed while it starts a container may forget that the command has begun. Nobody can ask it to end
 * that one, so processes are not looked for where engines are killed; what the engine knows of, the provider looks for.
 */
export async function findJobLeftovers(
  provider: ProviderUnderTest,
  { dataDir, marksPath }: { readonly dataDir: string; readonly marksPath: string },
): Promise<readonly string[]> {
  const processes = provider.engine === undefined ? await waitUntilGone(marksPath) : [];
  const things = await provider.findJobLeftovers(dataDir, marksPath);
  return [
    ...processes.map(({ pid, command }) => `all jobs have ended, and process ${pid} is left: ${command}`),
    ...things,
  ];
}

/** What a server that was told to end, with no job under way, has left of itself and must not. */
export async function findServerLeftovers(
  provider: ProviderUnderTest,
  dataDir: string,
): Promise<readonly string[]> {
  const processes = await waitUntilGone(dataDir);
  const integrity = checkIntegrity(join(dataDir, "batchyard.db"));
  const things = [
    ...processes.map(({ pid, command }) => `process ${pid} (${command})`),
    ...provider.findServerLeftovers(dataDir),
  ];
  return [
    ...things.map((thing) => `the server has ended and left ${thing}`),
    ...(integrity === "ok" ? [] : [`PRAGMA integrity_check says ${integrity}`]),
  ];
}

function checkIntegrity(databasePath: string): string {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    return String(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"]);
  } finally {
    database.close();
  }
}
