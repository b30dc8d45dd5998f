/**
 * A mistake of the caller's or of the world's, on its way to the caller in AWS's form. Everything else that an
 * operation throws is a bug.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** AWS's error code: `ClientException`, `ResourceNotFoundException` … */
  readonly code: string;
  readonly status: number;
  /** Sent with the answer, as `Allow` with a 405. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, message: string, options: ApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 400;
    this.headers = options.headers ?? {};
  }
}

export interface ApiErrorOptions {
  /** Absent: 400. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** AWS Batch's answer to every mistake of a caller. */
export function clientError(message: string): ApiError {
  return new ApiError("ClientException", message);
}

/**
 * The same in the wrapped form that AWS uses for many of its texts (specification 1.2):
 * `Error executing request, Exception : ⟨text⟩, RequestId: ⟨uuid⟩`.
 */
export function wrappedClientError(text: string, requestId: string): ApiError {
  return new ApiError(
    "ClientException",
    `Error executing request, Exception : ${text}, RequestId: ${requestId}`,
  );
}
