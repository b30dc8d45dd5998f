import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PROGRAMS } from "./batch-programs.ts";

const RUNNING = /Running on (http:\S+)/;

/** moto's S3, for programs that put files there before they ask Batch for anything. */
export class S3StandIn implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  /** Starts it, with one bucket. */
  static async start(bucket: string): Promise<S3StandIn> {
    const child = spawn(join(PROGRAMS.programs, "moto_server"), ["--port", "0"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stderr }).on("line", (line) => {
        const running = RUNNING.exec(line)?.[1];
        if (running !== undefined) resolve(running);
      });
      child.once("close", (code) => reject(new Error(`moto ended with ${code}`)));
    });
    const { status } = await fetch(`${url}/${bucket}`, { method: "PUT" });
    if (status !== 200) throw new Error(`moto made no bucket: ${status}`);
    return new S3StandIn(child, url);
  }

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill();
    await ended;
  }
}
