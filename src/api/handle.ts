import type { Clock } from "../lib/clock.ts";
import type { IdSource } from "../lib/id-source.ts";
import type { BatchOperations } from "../model/batch.ts";
import type { LogsOperations } from "../model/logs.ts";
import type { StsOperations } from "../model/sts.ts";
import { SecretKeyFileError } from "../secrets/sealer.ts";
import { StoreWriteError } from "../store/store.ts";
import { ApiError } from "./errors.ts";
import type { Guard } from "./guards.ts";
import type { ApiRequest, ApiResponse } from "./http.ts";
import type { Operation, Operations } from "./operation.ts";
import { Patience } from "./patience.ts";
import { REQUEST_ID_HEADER } from "./protocols/protocol.ts";
import type { FoundOperation } from "./protocols/protocol.ts";
import { pathOf } from "./request-target.ts";
import { findService } from "./router.ts";
import type { Service, ServiceName } from "./services.ts";
import type { SecretsOperations } from "./services/secrets/secrets-model.ts";
import type { Authenticate } from "./signature/authenticate.ts";
import { validateInput } from "./validate.ts";

export interface HandlerDependencies {
  readonly operations: {
    readonly batch: Operations<BatchOperations>;
    readonly logs: Operations<LogsOperations>;
    readonly sts: Operations<StsOperations>;
    readonly secrets: Operations<SecretsOperations>;
  };
  readonly guard: Guard;
  readonly authenticate: Authenticate;
  /**
   * By path: what is answered to GET and HEAD without a signature, and without a word to `onRequest`; by `POST` and path
   * what is answered to POST. A path that is a first segment between slashes stands for all below it.
   */
  readonly plainRoutes: ReadonlyMap<string, PlainRoute>;
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly onRequest: (request: HandledRequest) => void;
  /** Told of every error that is not the caller's. */
  readonly onFailure: (error: unknown, requestId: string) => void;
}

export type PlainRoute = (request: ApiRequest, requestId: string) => ApiResponse | Promise<ApiResponse>;

/** A request that was answered, for the log and the metrics. */
export interface HandledRequest {
  readonly requestId: string;
  readonly service: ServiceName;
  /** Absent where the request asked for none that there is: of names there are only as many as the models have. */
  readonly operation?: string;
  readonly status: number;
  readonly durationMs: number;
  /** AWS's code, absent where all went well. */
  readonly errorCode?: string;
}

/** From request to response, never rejecting: every error has its form on the wire. */
export function createHandler(
  dependencies: HandlerDependencies,
): (request: ApiRequest) => Promise<ApiResponse> {
  return async (request) => {
    const startedAtMs = dependencies.clock.monotonicMs();
    const requestId = dependencies.ids.uuid();
    const service = findService(request);
    const plainRoute = findPlainRoute(dependencies, request);
    let operation: FoundOperation | undefined;
    let response: ApiResponse;
    let errorCode: string | undefined;
    try {
      dependencies.guard(request);
      if (plainRoute !== undefined) return await answerPlainly(plainRoute, request, requestId);
      operation = service.protocol.findOperation(request);
      const caller = dependencies.authenticate(request, service.signedAs);
      refuseEncodedBody(request);
      const input = readInput(service, operation, request);
      const run = operationOf(dependencies, service, operation);
      const patience = Patience.of(request);
      const output = await run(input, { ...caller, requestId, ...(patience && { patience }) });
      response = service.protocol.writeOutput(operation, output, requestId);
      if (patience !== undefined) response = patience.mark(response);
    } catch (error) {
      const apiError = toApiError(error, service);
      if (apiError !== error) dependencies.onFailure(error, requestId);
      errorCode = apiError.code;
      response = service.protocol.writeError(apiError, requestId);
    }
    dependencies.onRequest({
      requestId,
      service: service.name,
      ...(operation !== undefined && { operation: operation.name }),
      status: response.status,
      durationMs: dependencies.clock.monotonicMs() - startedAtMs,
      ...(errorCode !== undefined && { errorCode }),
    });
    return response;
  };
}

function findPlainRoute(
  { plainRoutes }: HandlerDependencies,
  { method, target }: ApiRequest,
): PlainRoute | undefined {
  const path = pathOf(target);
  const read = plainRoutes.get(path) ?? plainRoutes.get(path.slice(0, path.indexOf("/", 1) + 1));
  const posted = plainRoutes.get(`POST ${path}`);
  if (read === undefined && posted === undefined) return undefined;
  const asked = method === "POST" ? posted : method === "GET" || method === "HEAD" ? read : undefined;
  if (asked !== undefined) return asked;
  return refuseMethod([...(read ? ["GET", "HEAD"] : []), ...(posted ? ["POST"] : [])].join(", "));
}

function refuseMethod(allowed: string): PlainRoute {
  return ({ method, target }) => {
    const message = `${pathOf(target)} takes ${allowed}, got ${method}`;
    throw new ApiError("UnknownOperationException", message, { status: 405, headers: { Allow: allowed } });
  };
}

async function answerPlainly(
  route: PlainRoute,
  request: ApiRequest,
  requestId: string,
): Promise<ApiResponse> {
  const response = await route(request, requestId);
  return { ...response, headers: { ...response.headers, [REQUEST_ID_HEADER]: requestId } };
}

/** No client of these services compresses: only services that say so in their model are sent such bodies. */
function refuseEncodedBody({ headers }: ApiRequest): void {
  const encoding = headers["content-encoding"];
  if (encoding === undefined || encoding.toLowerCase() === "identity") return;
  const message = `Content-Encoding must be absent or identity, got ${encoding}`;
  throw new ApiError("UnsupportedMediaTypeException", message, { status: 415 });
}

function readInput(service: Service, operation: FoundOperation, request: ApiRequest): unknown {
  const given = service.protocol.readInput(operation, request);
  const { input } = operation.model;
  return input === undefined ? {} : validateInput(service.model, input, given, service.refuseShape);
}

function operationOf(
  { operations }: HandlerDependencies,
  service: Service,
  { name }: FoundOperation,
): Operation<unknown, object> {
  // The name comes from the model that the table's type is made from, and the input was checked against its shape.
  const table = operations[service.name] as unknown as Record<string, Operation<unknown, object>>;
  return table[name] as Operation<unknown, object>;
}

/** Where the file is, and what is wrong with it, is not for callers who are not known. */
const KEYLESS =
  "Session tokens cannot be checked now: the server's key file cannot be used. The server's log tells more under the request id.";

/** The caller's own mistakes as they are; of everything else the caller learns no more than helps. */
function toApiError(error: unknown, service: Service): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof SecretKeyFileError)
    return new ApiError(service.faultCode, KEYLESS, { status: 503, cause: error });
  const message =
    error instanceof StoreWriteError
      ? `The change could not be written to disk and was not made: ${error.message}; try again when there is room`
      : "The server failed to answer this request. The server's log tells more under the request id.";
  return new ApiError(service.faultCode, message, { status: 500, cause: error });
}
