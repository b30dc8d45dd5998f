import { destination, pino, stdTimeFunctions } from "pino";
import type { Logger } from "pino";
import type { ServerConfig } from "./config.ts";

export type { Logger } from "pino";

/** The server's own log: one JSON object a line, to standard error. Standard output belongs to the ready line. */
export function createLogger(level: ServerConfig["logLevel"]): Logger {
  const options = { level, timestamp: stdTimeFunctions.isoTime, base: { pid: process.pid } };
  return pino(options, destination({ dest: 2, sync: true }));
}
