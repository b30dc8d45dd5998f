import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";

/** Clients that follow the events of a server, in a process of their own that does as little as it can. */
export class Followers implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;

  static async start(url: string, count: number): Promise<Followers> {
    const path = join(import.meta.dirname, "event-followers.ts");
    const child = spawn(process.execPath, [path, url, String(count)], { stdio: ["pipe", "pipe", "inherit"] });
    const followers = new Followers(child);
    await followers.#lastIds();
    await pause(100);
    return followers;
  }

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout });
  }

  /** Resolves when each of them has the event of the sequence. */
  async allHave(sequence: number): Promise<void> {
    for (let tries = 0; tries < 600; tries += 1) {
      const lastIds = await this.#lastIds();
      if (lastIds.every((id) => id === String(sequence))) return;
      await pause(50);
    }
    throw new Error(`followers have not come to ${sequence}: ${(await this.#lastIds()).join(", ")}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.stdin.write("end\n");
    await ended;
  }

  async #lastIds(): Promise<readonly string[]> {
    this.#child.stdin.write("\n");
    const [line] = (await once(this.#lines, "line")) as [string];
    return JSON.parse(line) as string[];
  }
}
