import { ApiError } from "./errors.ts";
import type { ApiRequest, ApiResponse } from "./http.ts";

/** Of the request, in seconds; it need not be signed. */
const WAIT_HEADER = "x-batchyard-wait";
/** Of an answer that was held. */
const WAITED_HEADER = "x-batchyard-waited";
const WAIT_SECONDS_MAX = 60;
const WAIT = /^[1-9]\d?$/;

/** A client that would rather have its answer late than empty. Not AWS's: its clients do not ask for it. */
export class Patience {
  /** 1 to 60. */
  readonly seconds: number;
  readonly #request: ApiRequest;
  #isHeld = false;

  /** Undefined for a client that does not ask for it. */
  static of(request: ApiRequest): Patience | undefined {
    const text = request.headers[WAIT_HEADER];
    if (text === undefined) return undefined;
    const seconds = WAIT.test(text) ? Number(text) : Number.NaN;
    if (seconds <= WAIT_SECONDS_MAX) return new Patience(request, seconds);
    const message = `${WAIT_HEADER} must be 1 to ${WAIT_SECONDS_MAX} whole seconds, got ${text}`;
    throw new ApiError("InvalidParameterException", message);
  }

  private constructor(request: ApiRequest, seconds: number) {
    this.#request = request;
    this.seconds = seconds;
  }

  /** Notes that the answer is held. The signal aborts when it is to be held no longer: the time is over, or nobody waits. */
  hold(): AbortSignal {
    this.#isHeld = true;
    const over = AbortSignal.timeout(this.seconds * 1_000);
    const { untilUnwanted } = this.#request;
    return untilUnwanted === undefined ? over : AbortSignal.any([over, untilUnwanted()]);
  }

  /** The answer with a word of its having been held, if it was. */
  mark(response: ApiResponse): ApiResponse {
    return this.#isHeld ? { ...response, headers: { ...response.headers, [WAITED_HEADER]: "1" } } : response;
  }
}
