import { join } from "node:path";
import type { ServerProcess } from "../../test/support/server-process.ts";
import { BenchFolder } from "./bench-folder.ts";
import { fillStore } from "./fill-store.ts";
import type { Filling } from "./fill-store.ts";
import { makeWaitingQueue, startSigned } from "./waiting-server.ts";

/** A data folder with jobs in it, and a server on it whenever one is started. */
export class FilledFolder implements Disposable {
  readonly jobIds: readonly string[];
  readonly #folder: BenchFolder;

  static async make(filling: Filling): Promise<FilledFolder> {
    using opened = new DisposableStack();
    const folder = opened.use(new BenchFolder());
    {
      await using server = await startSigned(folder.path);
      await makeWaitingQueue(server);
    }
    const jobIds = await fillStore(join(folder.path, "data", "batchyard.db"), filling);
    opened.move();
    return new FilledFolder(folder, jobIds);
  }

  private constructor(folder: BenchFolder, jobIds: readonly string[]) {
    this.#folder = folder;
    this.jobIds = jobIds;
  }

  get dataDir(): string {
    return join(this.#folder.path, "data");
  }

  get databasePath(): string {
    return join(this.dataDir, "batchyard.db");
  }

  start(program?: readonly [string, ...string[]]): Promise<ServerProcess> {
    return startSigned(this.#folder.path, program);
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}
