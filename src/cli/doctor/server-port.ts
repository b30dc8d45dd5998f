import { once } from "node:events";
import { createServer } from "node:net";
import { findServer } from "../find-server.ts";
import type { Finding } from "./finding.ts";

/** Whether the server answers, or could be started. */
export async function lookAtPort(port: number): Promise<Finding> {
  const name = "server";
  const url = `http://127.0.0.1:${port}`;
  const server = await findServer(url);
  if (server?.kind === "batchyard") {
    const version = server.version === undefined ? "" : ` ${server.version}`;
    if (server.isReady) return { name, verdict: "good", text: `batchyard${version} answers at ${url}` };
    const remedy = "Look at its log: it answers, but does not schedule.";
    return { name, verdict: "poor", text: `batchyard${version} at ${url} is not ready`, remedy };
  }
  const otherPort =
    "Choose another port with --port (environment: BATCHYARD_PORT), or stop what has this one.";
  if (server?.kind === "other") {
    return { name, verdict: "missing", text: `another program answers at ${url}`, remedy: otherPort };
  }
  const failure = await findListenFailure(port);
  if (failure === undefined) {
    return { name, verdict: "good", text: `none runs; port ${port} is free for \`batchyard serve\`` };
  }
  return { name, verdict: "missing", text: `port ${port} cannot be had (${failure})`, remedy: otherPort };
}

async function findListenFailure(port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  } finally {
    server.close();
  }
}
