import type { RequestContext } from "../../src/api/operation.ts";
import type { BatchServices } from "../../src/api/services/batch/batch-services.ts";
import { DefinitionCache } from "../../src/api/services/batch/definition-cache.ts";
import { settle } from "../../src/engine/settle.ts";
import { EC2_CATALOGUE } from "../../src/batch/instance-catalogue.ts";
import { Mutex } from "../../src/lib/mutex.ts";
import { MemoryStore } from "../../src/store/memory/memory-store.ts";
import { Sequencer } from "../../src/store/sequencer.ts";
import { CAUSE, NOW_MS, SCOPE } from "./batch-values.ts";
import { sequentialIds } from "../../src/lib/sequential-ids.ts";

/** A caller in the scope of the tests' values. */
export const CONTEXT: RequestContext = {
  scope: SCOPE,
  principal: CAUSE.principal,
  requestId: "5c7b1b2e-3f59-4d0c-8d1f-0f3a4d9c2a11",
};

/** The wrapped form of one of AWS's texts, as `CONTEXT` gets it. */
export function wrapped(text: string): string {
  return `Error executing request, Exception : ${text}, RequestId: ${CONTEXT.requestId}`;
}

/** The services of operations over an empty memory store, with a clock that stands still. */
export async function openBatchServices(): Promise<BatchServices> {
  const store = new MemoryStore();
  const sequencer = await Sequencer.open({ store, runSoon: setImmediate, wake: () => undefined });
  return {
    sequencer,
    store,
    definitions: new DefinitionCache(sequencer, store),
    instanceCatalogue: EC2_CATALOGUE,
    documentLock: new Mutex(),
    situationOf: () => undefined,
    clock: { nowMs: () => NOW_MS, monotonicMs: () => 0 },
    ids: sequentialIds(),
  };
}

/** What the engine does on its next tick with whatever is CREATING, UPDATING or DELETING. */
export async function settleAll({ sequencer }: BatchServices): Promise<void> {
  await sequencer.transact((state, apply) =>
    settle(state, apply, { nowMs: NOW_MS, instanceCatalogue: EC2_CATALOGUE }),
  );
}
