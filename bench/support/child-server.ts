import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A reference that serves from a process of its own and prints its URL as its first line. */
export interface ChildServer extends AsyncDisposable {
  readonly url: string;
}

export async function startChildServer(path: string): Promise<ChildServer> {
  const child = spawn(process.execPath, [path], { stdio: ["ignore", "pipe", "inherit"] });
  const [url] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return {
    url,
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}
