import { createGuard } from "../api/guards.ts";
import { createHandler } from "../api/handle.ts";
import type { HandlerDependencies } from "../api/handle.ts";
import type { ApiRequest, ApiResponse } from "../api/http.ts";
import type { Operations } from "../api/operation.ts";
import { createBatchOperations } from "../api/services/batch/batch-operations.ts";
import type { BatchServices } from "../api/services/batch/batch-services.ts";
import { DefinitionCache } from "../api/services/batch/definition-cache.ts";
import { limitOperations } from "../api/services/batch/limited-operations.ts";
import { createAuthenticate } from "../api/signature/authenticate.ts";
import type { AuthenticationOptions } from "../api/signature/authenticate.ts";
import { SERVER_LIMITS } from "../batch/limits.ts";
import { Mutex } from "../lib/mutex.ts";
import type { BatchOperations } from "../model/batch.ts";

export interface BatchApiParts
  extends
    Pick<BatchServices, "sequencer" | "store" | "clock" | "ids" | "instanceCatalogue">,
    Pick<AuthenticationOptions, "sessions" | "defaults"> {
  /** Told of whatever an answer could not be made for, as a server's log is. */
  readonly onFailure: (error: unknown) => void;
}

/** AWS Batch as a server has it that takes callers at their word, without sockets and without the other services. */
export interface BatchApi {
  readonly operations: Operations<BatchOperations>;
  readonly handle: (request: ApiRequest) => Promise<ApiResponse>;
}

export function createBatchApi({ sessions, defaults, onFailure, ...services }: BatchApiParts): BatchApi {
  const { sequencer, store, clock, ids } = services;
  const batch = createBatchOperations({
    ...services,
    definitions: new DefinitionCache(sequencer, store),
    documentLock: new Mutex(),
    situationOf: () => undefined,
  });
  const operations = limitOperations(batch, { sequencer, clock }, SERVER_LIMITS);
  const handle = createHandler({
    // Nobody asks for the other services.
    operations: { batch: operations } as HandlerDependencies["operations"],
    guard: createGuard({ boundHost: "127.0.0.1", allowedHosts: [] }),
    authenticate: createAuthenticate({ mode: "none", credentials: [], sessions, defaults, clock }),
    plainRoutes: new Map(),
    ids,
    clock,
    onRequest: () => undefined,
    onFailure,
  });
  return { operations, handle };
}
