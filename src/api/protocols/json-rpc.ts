import type { ServiceModel } from "../../model/service-model.ts";
import { ApiError } from "../errors.ts";
import type { ApiRequest, ApiResponse } from "../http.ts";
import { pathOf } from "../request-target.ts";
import { parseJsonBody } from "./json-body.ts";
import { REQUEST_ID_HEADER } from "./protocol.ts";
import type { FoundOperation, Protocol } from "./protocol.ts";

/**
 * AWS's awsJson1_1, which CloudWatch Logs speaks: the header `X-Amz-Target` names the operation, body and answer are
 * JSON.
 *
 * @param targetPrefix what stands before the dot in the header: `Logs_20140328`.
 */
export function jsonRpc(model: ServiceModel, targetPrefix: string): Protocol {
  return {
    findOperation: (request) => findOperation(model, targetPrefix, request),
    readInput,
    writeOutput,
    writeError,
  };
}

const CONTENT_TYPE = "application/x-amz-json-1.1";

function findOperation(model: ServiceModel, targetPrefix: string, request: ApiRequest): FoundOperation {
  const target = request.headers["x-amz-target"] ?? "";
  const name = target.startsWith(`${targetPrefix}.`) ? target.slice(targetPrefix.length + 1) : "";
  const operation = Object.hasOwn(model.operations, name) ? model.operations[name] : undefined;
  if (operation === undefined || pathOf(request.target) !== operation.path) {
    const asked = target === "" ? "without X-Amz-Target" : `with X-Amz-Target ${target}`;
    throw new ApiError(
      "UnknownOperationException",
      `There is no operation at ${pathOf(request.target)} ${asked}`,
      { status: 404 },
    );
  }
  if (request.method !== operation.method) {
    throw new ApiError(
      "UnknownOperationException",
      `${name} takes ${operation.method}, got ${request.method}`,
      {
        status: 405,
        headers: { Allow: operation.method },
      },
    );
  }
  return { name, model: operation, labels: {} };
}

function readInput(_operation: FoundOperation, request: ApiRequest): unknown {
  const body = parseJsonBody(request.body);
  if (typeof body === "string") throw new ApiError("SerializationException", body);
  return body;
}

/** As on AWS, an operation that answers nothing has an empty body. */
function writeOutput(operation: FoundOperation, output: object, requestId: string): ApiResponse {
  return {
    status: 200,
    headers: { "Content-Type": CONTENT_TYPE, [REQUEST_ID_HEADER]: requestId },
    body: operation.model.output === undefined ? "" : JSON.stringify(output),
  };
}

function writeError(error: ApiError, requestId: string): ApiResponse {
  return {
    status: error.status,
    headers: { "Content-Type": CONTENT_TYPE, ...error.headers, [REQUEST_ID_HEADER]: requestId },
    body: JSON.stringify({ __type: error.code, message: error.message }),
  };
}
