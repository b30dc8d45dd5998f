import { pino, stdTimeFunctions } from "pino";
import type { Logger } from "pino";
import type { ServerConfig } from "./config.ts";
import { LogOutput } from "./log-output.ts";

export type { Logger } from "pino";

const STANDARD_ERROR = 2;

/**
 * The server's own log: one JSON object a line, to standard error. Standard output belongs to the ready line. A log that
 * takes nothing, as on a full disk, stops nothing.
 */
export function createLogger(level: ServerConfig["logLevel"], descriptor = STANDARD_ERROR): Logger {
  const options = { level, timestamp: stdTimeFunctions.isoTime, base: { pid: process.pid } };
  let note = "";
  const noteLogger = pino({ ...options, level: "warn" }, { write: (line) => (note = line) });
  const output = new LogOutput(descriptor, (lostLineCount) => {
    noteLogger.warn({ lostLineCount }, "the log could not be written; lines of it are lost");
    return note;
  });
  return pino(options, output);
}
