import type { BatchOperations } from "../../src/model/batch.ts";
import { batchModel } from "../../src/model/batch.ts";
import { logsModel } from "../../src/model/logs.ts";
import type { LogsOperations } from "../../src/model/logs.ts";
import { createGuard } from "../../src/api/guards.ts";
import { createHandler } from "../../src/api/handle.ts";
import type { HandledRequest, PlainRoute } from "../../src/api/handle.ts";
import type { ApiRequest, ApiResponse } from "../../src/api/http.ts";
import type { Operation, Operations, RequestContext } from "../../src/api/operation.ts";
import { createStsOperations } from "../../src/api/services/sts/sts-operations.ts";
import { Sessions } from "../../src/identity/sessions.ts";
import { Sealer } from "../../src/secrets/sealer.ts";
import { secretsModel } from "../../src/api/services/secrets/secrets-model.ts";
import type { SecretsOperations } from "../../src/api/services/secrets/secrets-model.ts";
import { createAuthenticate } from "../../src/api/signature/authenticate.ts";

export const REQUEST_ID = "00000000-0000-4000-8000-000000000001";
/** What operations know of a caller who is not known. */
export const CONTEXT: RequestContext = {
  scope: { accountId: "123456789012", region: "us-east-1" },
  principal: "arn:aws:iam::123456789012:root",
  requestId: REQUEST_ID,
};

type Call = [name: string, input: unknown, context: RequestContext];

/** A handler all of whose operations are one stand-in. */
export function aHandler(run: () => Promise<object>, mode: "none" | "sigv4" = "none") {
  const calls: Call[] = [];
  const handled: HandledRequest[] = [];
  const failures: [unknown, string][] = [];
  let monotonicMs = 0;
  const clock = { nowMs: () => Date.parse("2026-11-21T10:20:30Z"), monotonicMs: () => (monotonicMs += 5) };
  const sessions = new Sessions(new Sealer(() => Buffer.alloc(32)), mode);
  const table = (names: object): Record<string, Operation<unknown, object>> =>
    Object.fromEntries(
      Object.keys(names).map((name) => [
        name,
        async (input: unknown, context: RequestContext) => {
          calls.push([name, input, context]);
          return run();
        },
      ]),
    );
  const handle: (request: ApiRequest) => Promise<ApiResponse> = createHandler({
    operations: {
      // Every operation of the model is there; that the stand-in answers in no shape is what the tests are not about.
      batch: table(batchModel.operations) as unknown as Operations<BatchOperations>,
      logs: table(logsModel.operations) as unknown as Operations<LogsOperations>,
      sts: createStsOperations({ sessions, clock }),
      secrets: table(secretsModel.operations) as unknown as Operations<SecretsOperations>,
    },
    guard: createGuard({ boundHost: "127.0.0.1", allowedHosts: [] }),
    authenticate: createAuthenticate({
      mode,
      credentials: [],
      sessions,
      defaults: CONTEXT.scope,
      clock,
    }),
    plainRoutes: new Map<string, PlainRoute>([
      ["/health", () => ({ status: 200, headers: { "Content-Type": "text/plain" }, body: "ok\n" })],
      ["POST /order", () => ({ status: 200, headers: { "Content-Type": "text/plain" }, body: "done\n" })],
      ["/broken", () => Promise.reject(new Error("broken"))],
    ]),
    ids: { uuid: () => REQUEST_ID, hex: () => "" },
    clock,
    onRequest: (request) => handled.push(request),
    onFailure: (error, requestId) => failures.push([error, requestId]),
  });
  return { handle, calls, handled, failures };
}

export function aRequest(): ApiRequest {
  return { method: "POST", target: "/", headers: { host: "localhost:8080" }, body: new Uint8Array() };
}

export function batchRequest(operation: string, input: object): ApiRequest {
  return {
    ...aRequest(),
    target: `/v1/${operation.toLowerCase()}`,
    body: Buffer.from(JSON.stringify(input)),
  };
}

export function logsRequest(operation: string, input: object): ApiRequest {
  return {
    ...aRequest(),
    headers: { host: "localhost", "x-amz-target": `Logs_20140328.${operation}` },
    body: Buffer.from(JSON.stringify(input)),
  };
}

export function stsRequest(form: string): ApiRequest {
  return {
    ...aRequest(),
    headers: { host: "localhost", "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: Buffer.from(form),
  };
}
