import { execFileSync } from "node:child_process";
import { constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { JobServer } from "./job-server.ts";

/**
 * Hears of a command's first instruction: the command writes a line into a FIFO that is open here. Product and reference
 * are observed in the same way, so what the observing takes is in both.
 */
export class FirstInstruction implements Disposable {
  /** A command of one program that writes as soon as it can. */
  readonly command: readonly string[];
  readonly #socket: Socket;
  #heard = Promise.withResolvers<number>();

  constructor(folder: string) {
    const path = join(folder, "first-instruction");
    execFileSync("mkfifo", [path]);
    this.command = ["sh", "-c", `echo >${path}`];
    // Both ends, so that it never reads as ended.
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    this.#socket = new Socket({ fd, readable: true, writable: false });
    this.#socket.on("data", () => this.#heard.resolve(performance.now()));
  }

  /** Milliseconds from the call of `begin` until the command wrote. */
  async measure(begin: () => void): Promise<number> {
    this.#heard = Promise.withResolvers();
    const beganAtMs = performance.now();
    begin();
    return (await this.#heard.promise) - beganAtMs;
  }

  /** Milliseconds from a submission until its job wrote; resolves when the job has ended. */
  async measureJob(server: JobServer, askAgainMs: number): Promise<number> {
    let submitted = Promise.resolve("");
    const tookMs = await this.measure(() => (submitted = server.submit()));
    await server.succeeded(await submitted, askAgainMs);
    return tookMs;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
