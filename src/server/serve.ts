import { join } from "node:path";
import { CredentialsFileError } from "../api/signature/credentials-file.ts";
import { isSystemError } from "../lib/system-error.ts";
import { SecretKeyFileError } from "../secrets/sealer.ts";
import { StoreOpenError, StoreWriteError } from "../store/store.ts";
import { compose } from "./compose.ts";
import type { ComposedServer } from "./compose.ts";
import type { ServerConfig } from "./config.ts";
import { DataFolderError, openDataFolder } from "./data-folder.ts";
import { InstanceTypesFileError } from "./instance-types-file.ts";
import { createLogger } from "./logger.ts";
import type { Logger } from "./logger.ts";
import { ignoreUserSignals, untilSignal } from "./signals.ts";
import { startWarnings } from "./start-warnings.ts";
import { WebhookHeadersError } from "./webhook-headers.ts";

/** Runs the server until a signal ends it. What keeps it from starting is said in a sentence, and ends it with 1. */
export async function serve(config: ServerConfig): Promise<void> {
  const logger = createLogger(config.logLevel);
  bearBrokenOutputs(logger);
  ignoreUserSignals(logger);
  // What the server makes is its owner's alone; jobs go on with what it was started with.
  const jobUmask = process.umask(0o077);
  try {
    using folder = openDataFolder(folderOf(config), (sentence) => logger.warn(sentence));
    await using server = await compose(config, folder, logger, jobUmask);
    const { url } = await listen(server, config);
    for (const warning of startWarnings(config)) logger.warn(warning);
    // Before it says ready: whoever reads that may end it at once.
    const signalled = untilSignal(logger);
    process.stdout.write(`batchyard ready at ${url}\n`);
    const lostPath = await Promise.race([signalled, server.untilLost]);
    if (lostPath === undefined) await stop(server, config, logger);
    else await giveUp(server, lostPath);
  } catch (error) {
    if (!isForUser(error)) throw error;
    process.stderr.write(`batchyard: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/**
 * That whoever read them is gone, or their disk full, is no reason to end the server. Commands that only print do end
 * for it: their listeners go.
 */
function bearBrokenOutputs(logger: Logger): void {
  for (const output of [process.stdout, process.stderr]) output.removeAllListeners("error");
  process.stdout.on("error", (error) => logger.warn({ err: error }, "standard output takes nothing"));
  process.stderr.on("error", () => undefined);
}

async function listen(server: ComposedServer, { host, port }: ServerConfig) {
  try {
    return await server.listener.listen(host, port);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new ListenError(`cannot listen on ${host}, port ${port}: ${error.message}`, { cause: error });
  }
}

class ListenError extends Error {
  override readonly name = "ListenError";
}

/** What is kept in memory only has a place of its own: jobs that a durable store knows are not its to clear away. */
function folderOf({ store, dataDir }: ServerConfig): string {
  return store === "memory" ? join(dataDir, "memory") : dataDir;
}

/** Stops accepting and answers what is in flight; with `--drain` then waits for what runs. */
async function stop(server: ComposedServer, config: ServerConfig, logger: Logger): Promise<void> {
  const drained = config.isDraining ? server.drain() : undefined;
  await server.listener.close();
  if (drained === undefined) return;
  logger.info("waiting for running jobs to end; a second signal leaves them to the next start");
  await Promise.race([drained, untilSignal(logger)]);
}

/** What is acknowledged from now on would be kept where nobody finds it. */
async function giveUp(server: ComposedServer, lostPath: string): Promise<never> {
  await server.listener.close();
  throw new DataFolderError(
    `${lostPath} is not the file any more that this server works with: the data folder was removed, moved or ` +
      `replaced while it ran. It ends, because what it keeps would be lost. Put the folder back, then start it again`,
  );
}

/** What a user can do something about: no stack trace helps there. */
function isForUser(error: unknown): error is Error {
  return isSystemError(error) || FOR_USER.some((kind) => error instanceof kind);
}

const FOR_USER = [
  SecretKeyFileError,
  DataFolderError,
  StoreOpenError,
  StoreWriteError,
  CredentialsFileError,
  InstanceTypesFileError,
  ListenError,
  WebhookHeadersError,
];
