import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { DurableRows } from "./reference/durable-rows.ts";
import { JobServer } from "./support/job-server.ts";

const DEPENDENTS = 10_000;
const CONNECTIONS = 8;
const ASK_AGAIN_MS = 1;
/** More than any environment has: what becomes RUNNABLE stays so, and nothing runs beside what is measured. */
const TOO_MUCH = { resourceRequirements: [{ type: "VCPU", value: "1000" }] };

/** Measured from the instant at which the awaited job's process ended, as its description says. */
export const fanOut: Benchmark<"release"> = {
  question: "A job ends on which 10,000 depend: how long does it take until all of them are RUNNABLE?",
  figures: {
    release: { unit: "ms", must: timesReference("at most", 4), aim: timesReference("at most", 2) },
  },
  async open() {
    await using opened = new AsyncDisposableStack();
    const server = opened.use(await JobServer.start({ slots: 1, connections: CONNECTIONS }));
    await server.define(["true"]);
    const rows = opened.use(new DurableRows(server.folder.path));
    rows.insert(DEPENDENTS);
    const kept = opened.move();
    let repetition = 0;
    return {
      needsWarmUp: false,
      product: async () => {
        repetition += 1;
        const gate = join(server.folder.path, `gate-${repetition}`);
        const awaited = await server.submit(server.connection, {
          containerOverrides: { command: ["sh", "-c", `until test -e ${gate}; do sleep 0.01; done`] },
        });
        const dependsOn = [{ jobId: awaited }];
        await server.submitMany(DEPENDENTS, { dependsOn, containerOverrides: TOO_MUCH });
        writeFileSync(gate, "");
        await server.succeeded(awaited, ASK_AGAIN_MS);
        while (await server.isAny("PENDING")) await pause(ASK_AGAIN_MS);
        const endedAtMs = Date.now();
        const { stoppedAt } = await server.describe(awaited);
        await server.terminateRunnable();
        return { release: endedAtMs - stoppedAt };
      },
      reference: async () => ({ release: rows.changeLast(DEPENDENTS) }),
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};
