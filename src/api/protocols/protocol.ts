import type { OperationModel } from "../../model/service-model.ts";
import type { ApiError } from "../errors.ts";
import type { ApiRequest, ApiResponse } from "../http.ts";

/** How a service speaks: one of AWS's wire protocols, set up with the service's model. */
export interface Protocol {
  /** Which operation the request asks for; throws an ApiError with 404 or 405 where there is none. */
  findOperation(request: ApiRequest): FoundOperation;
  /** The input as the request carries it, its shape still unchecked; throws an ApiError where it cannot be read. */
  readInput(operation: FoundOperation, request: ApiRequest): unknown;
  writeOutput(operation: FoundOperation, output: object, requestId: string): ApiResponse;
  writeError(error: ApiError, requestId: string): ApiResponse;
}

export interface FoundOperation {
  readonly name: string;
  readonly model: OperationModel;
  /** Values of the path's labels, decoded; a label without a value is absent. */
  readonly labels: Readonly<Record<string, string>>;
}

/** In every answer, in AWS's spelling. */
export const REQUEST_ID_HEADER = "x-amzn-RequestId";
