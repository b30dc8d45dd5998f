import type { PlainRoute } from "../api/handle.ts";
import { DefinitionCache } from "../api/services/batch/definition-cache.ts";
import type { Authenticate } from "../api/signature/authenticate.ts";
import type { Engine } from "../engine/engine.ts";
import type { Clock } from "../lib/clock.ts";
import type { ExplainFacts } from "../scheduler/explain/asked-job.ts";
import { createExplainRoute } from "./explain-route.ts";
import { createInstanceRoute } from "./instance-route.ts";
import type { JobSituations } from "./job-situations.ts";
import { createPlanRoute } from "./plan-route.ts";
import { createReclaimRoute } from "./reclaim-route.ts";
import { createTopRoute } from "./top-route.ts";

export interface OwnRouteParts {
  readonly engine: Engine;
  readonly authenticate: Authenticate;
  readonly situations: JobSituations;
  readonly clock: Clock;
}

/**
 * What Batchyard answers besides AWS's operations, in JSON (docs/scheduling-explained.md). It tells as much as they do and
 * changes as much, so its requests are signed as those to Batch are.
 */
export function createOwnRoutes({
  engine,
  authenticate,
  situations,
  clock,
}: OwnRouteParts): ReadonlyMap<string, PlainRoute> {
  const { sequencer, store, ids, capacity } = engine;
  const explainFacts = (): ExplainFacts => factsOf(engine, clock.nowMs());
  const services = { clock, ids, sequencer, store, definitions: new DefinitionCache(sequencer, store) };
  return new Map([
    ["/batchyard/explain", createExplainRoute({ authenticate, store, explainFacts })],
    ["/batchyard/instance", createInstanceRoute({ authenticate, store })],
    ["POST /batchyard/plan", createPlanRoute({ authenticate, services, explainFacts })],
    ["/batchyard/top", createTopRoute({ authenticate, situations, explainFacts })],
    [
      "POST /batchyard/reclaim",
      createReclaimRoute({ authenticate, sequencer, store, clock, spotNoticeMs: capacity.spotNoticeMs }),
    ],
  ]);
}

/** An engine that is away cannot say how large it is: no job is too large for it. */
const UNKNOWN_HOST = { vcpuMillis: Infinity, memoryMiB: Infinity, gpuCount: Infinity };

function factsOf(
  { sequencer, provider, capacity, wantedOnDemand: keptForOnDemand }: Engine,
  nowMs: number,
): ExplainFacts {
  const outage = provider.outage();
  const host = outage === undefined ? provider.capacity() : UNKNOWN_HOST;
  const { state } = sequencer;
  return { state, capacity: { host, supply: capacity.supply }, nowMs, outage, keptForOnDemand };
}
