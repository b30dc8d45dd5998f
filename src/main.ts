#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { serveCommand } from "./server/config.ts";
import type { ServerConfig } from "./server/config.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

await new Command("batchyard")
  .description("AWS Batch that you can run yourself.")
  .version(version, "-v, --version", "show the version")
  .helpOption("-h, --help", "show this help")
  .addCommand(serveCommand(serve))
  .showHelpAfterError("(--help shows what there is)")
  .parseAsync();

/** The server is loaded only by whoever starts one. */
async function serve(config: ServerConfig): Promise<void> {
  const server = await import("./server/serve.ts");
  await server.serve(config);
}
