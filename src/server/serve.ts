import { join } from "node:path";
import { CredentialsFileError } from "../api/signature/credentials-file.ts";
import { StoreOpenError } from "../store/store.ts";
import { compose } from "./compose.ts";
import type { ComposedServer } from "./compose.ts";
import type { ServerConfig } from "./config.ts";
import { DataFolderError, openDataFolder } from "./data-folder.ts";
import { createLogger } from "./logger.ts";
import type { Logger } from "./logger.ts";

/** Runs the server until a signal ends it. What keeps it from starting is said in a sentence, and ends it with 1. */
export async function serve(config: ServerConfig): Promise<void> {
  const logger = createLogger(config.logLevel);
  try {
    using folder = openDataFolder(folderOf(config));
    await using server = await compose(config, folder, logger);
    const { url } = await server.listener.listen(config.host, config.port);
    process.stdout.write(`batchyard ready at ${url}\n`);
    await untilSignal(logger);
    await stop(server, config, logger);
  } catch (error) {
    if (!isForUser(error)) throw error;
    process.stderr.write(`batchyard: ${error.message}\n`);
    process.exitCode = 1;
  }
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

/**
 * Its listeners stay for good, so that a signal which comes again does not end the process before it has stopped: from
 * npm it comes twice, once by the terminal and once by npm itself.
 */
function untilSignal(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals): void => {
      logger.info({ signal }, "stopping");
      resolve();
    };
    process.on("SIGTERM", onSignal).on("SIGINT", onSignal);
  });
}

/** What a user can do something about: no stack trace helps there. */
function isForUser(error: unknown): error is Error {
  if (error instanceof DataFolderError || error instanceof StoreOpenError) return true;
  if (error instanceof CredentialsFileError) return true;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && ["EADDRINUSE", "EADDRNOTAVAIL", "EACCES", "ENOENT"].includes(code);
}
