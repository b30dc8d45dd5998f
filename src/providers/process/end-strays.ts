import type { ProcessTable } from "./process-identity.ts";
import { TASK_MARKER } from "./process-spec.ts";
import { SHIM_MARKER } from "./shim.ts";

export interface Strays {
  readonly table: ProcessTable;
  /** The folder of the provider that they belong to. */
  readonly dir: string;
  /** Runners that have an attempt that goes on. */
  readonly keptRunnerPids: ReadonlySet<number>;
  /** Attempts of which nothing is to go on. */
  readonly overRunIds: ReadonlySet<string>;
}

/**
 * Ends the shim but for the runners that go on, and the processes of attempts that do not. Both are known by their
 * environment, so it does not matter what is remembered of them.
 */
export function endStrays({ table, dir, keptRunnerPids, overRunIds }: Strays): void {
  const shimEntry = `${SHIM_MARKER}=${dir}`;
  for (const stat of table.list()) {
    const environment = table.environment(stat.pid);
    const isStrayShim = environment.includes(shimEntry) && !keptRunnerPids.has(stat.sessionId);
    const runId = environment.find((entry) => entry.startsWith(`${TASK_MARKER}=`))?.split("=")[1];
    const isStray = isStrayShim || (runId !== undefined && overRunIds.has(runId));
    if (isStray) table.signal({ ...stat, bootId: table.bootId }, "SIGKILL");
  }
}
