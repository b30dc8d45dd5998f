#!/usr/bin/env node
import { runProgram } from "./cli/program.ts";
import { processSurroundings } from "./cli/surroundings.ts";
import { DEFAULT_PORT, serveCommand } from "./server/config.ts";
import type { ServerConfig } from "./server/config.ts";
import { VERSION } from "./version.ts";

const exitCode = await runProgram(
  {
    version: VERSION,
    localUrl: `http://127.0.0.1:${DEFAULT_PORT}`,
    serve: serveCommand(serve),
    surroundings: processSurroundings(),
  },
  process.argv.slice(2),
);
if (exitCode !== undefined) process.exitCode = exitCode;

/** The server is loaded only by whoever starts one. */
async function serve(config: ServerConfig): Promise<void> {
  const server = await import("./server/serve.ts");
  await server.serve(config);
}
