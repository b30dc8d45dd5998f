import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
}

const READY = /^batchyard ready at (http:\S+)$/;

/** Starts a server as a user would and waits for its ready line; disposing of it ends it and removes its data. */
export async function startServer(provider: string): Promise<RunningServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "batchyard-demo-"));
  const main = join(import.meta.dirname, "..", "..", "src", "main.ts");
  const folder = ["--data", dataDir, "--bare", "--provider", provider];
  const args = [main, "serve", "--port", "0", "--log-level", "warn", ...folder];
  // Detached: Ctrl-C is for the demo, which ends the jobs before the server.
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BATCHYARD|AWS)_/.test(name))),
  });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    return { url: await readyUrl(child), dataDir, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readyUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the server has no standard output");
  for await (const line of createInterface({ input: child.stdout })) {
    const url = READY.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error("the server ended before it was ready; what it said is above");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
