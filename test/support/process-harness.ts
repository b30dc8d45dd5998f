import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runIdOf } from "../../src/providers/container-run.ts";
import type { ProviderHarness } from "../../src/providers/provider-contract.ts";
import {
  ProcessProvider,
  type ProcessProviderOptions,
} from "../../src/providers/process/process-provider.ts";
import { ProcessTable, isDead, readBootId } from "../../src/providers/process/process-identity.ts";

/** A folder for process providers, one after the other, in tests. Ends what is left in it. */
export class ProcessHarness implements ProviderHarness {
  readonly dir: string;
  readonly manyCount = 200;
  readonly obstacle = undefined;
  readonly #options: Partial<ProcessProviderOptions>;
  readonly #root = mkdtempSync(join(tmpdir(), "batchyard-process-"));

  constructor(options: Partial<ProcessProviderOptions> = {}) {
    this.#options = options;
    this.dir = join(this.#root, "it's a folder");
    mkdirSync(join(this.#root, "logs"));
  }

  open(): ProcessProvider {
    return new ProcessProvider({
      dir: this.dir,
      capacity: { vcpuMillis: 8_000, memoryMiB: 4_096, gpuCount: 0 },
      logs: { openFile: (streamId) => this.openLog(streamId), closeFile: () => {} },
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      ...this.#options,
    });
  }

  readLog(streamId: string): Buffer {
    const file = this.#logFile(streamId);
    return existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  }

  isAlive(taskId: string): boolean {
    return [taskId, runIdOf(taskId, 1), runIdOf(taskId, 2)].some(
      (runId) => this.#processesOf(runId).length > 0,
    );
  }

  async signal(taskId: string, index: number, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const runId = runIdOf(taskId, index);
    for (const pid of this.#processesOf(runId)) process.kill(pid, signal);
    while (this.#processesOf(runId).length > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Pids of the shim's processes. */
  shimProcesses(): readonly number[] {
    return this.processesWith(`BATCHYARD_PROVIDER_DIR=${this.dir}`);
  }

  processesWith(entry: string): readonly number[] {
    const table = new ProcessTable(readBootId());
    return table
      .list()
      .filter((stat) => !isDead(stat) && table.environment(stat.pid).includes(entry))
      .map(({ pid }) => pid);
  }

  /** Version and path of the cgroup that the providers here had, if any. */
  cgroupPlace(): string | undefined {
    const file = join(this.dir, "cgroup");
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  runnerNames(): readonly string[] {
    return readdirSync(join(this.dir, "runners"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const last = this.open();
    await last.recover([]);
    while (last.poll(Date.now() + 60_000) !== undefined) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await last[Symbol.asyncDispose]();
    while (this.shimProcesses().length > 0) await new Promise((resolve) => setImmediate(resolve));
    const [, parent] = this.cgroupPlace()?.split(" ") ?? [];
    if (parent !== undefined && existsSync(parent)) throw new Error(`the cgroup ${parent} is still there`);
    rmSync(this.#root, { recursive: true });
  }

  openLog(streamId: string): string {
    const file = this.#logFile(streamId);
    appendFileSync(file, "");
    return file;
  }

  #processesOf(runId: string): readonly number[] {
    return this.processesWith(`BATCHYARD_TASK_ID=${runId}`);
  }

  #logFile(streamId: string): string {
    return join(this.#root, "logs", streamId);
  }
}

/** Whether a provider finds a place for cgroups on this machine. */
export async function canUseCgroups(): Promise<boolean> {
  await using harness = new ProcessHarness();
  const provider = harness.open();
  await provider.recover([]);
  await provider[Symbol.asyncDispose]();
  return harness.cgroupPlace() !== undefined;
}
