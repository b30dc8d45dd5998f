import type { ServerProcess } from "../../test/support/server-process.ts";
import { signedRequest, submission } from "./batch-request.ts";
import { BenchFolder } from "./bench-folder.ts";
import { applyLoad } from "./http-load.ts";
import { DEFINITION, makeWaitingQueue, QUEUE, startSigned } from "./waiting-server.ts";

const DURATION_MS = 3_000;

/** A server on a disk that takes signed submissions for a queue whose jobs wait, so that nothing else is measured. */
export class SubmissionServer implements AsyncDisposable {
  readonly folder: BenchFolder;
  readonly #server: ServerProcess;

  static async start(): Promise<SubmissionServer> {
    await using opened = new AsyncDisposableStack();
    const folder = opened.use(new BenchFolder());
    const server = opened.use(await startSigned(folder.path));
    await makeWaitingQueue(server);
    opened.move();
    return new SubmissionServer(folder, server);
  }

  private constructor(folder: BenchFolder, server: ServerProcess) {
    this.folder = folder;
    this.#server = server;
  }

  /** Submissions answered a second. */
  submit(connectionCount: number): Promise<number> {
    return submitTo(this.#server.url, connectionCount);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}

/** The same requests, signatures and all, to whoever answers at the URL. */
export async function submitTo(url: string, connectionCount: number): Promise<number> {
  const requests = Array.from({ length: 64 }, (_, index) =>
    signedRequest("/v1/submitjob", submission(`report-${index}`, QUEUE, DEFINITION)),
  );
  const { answersPerSecond } = await applyLoad({ url, connectionCount, durationMs: DURATION_MS, requests });
  return answersPerSecond;
}
