/** Who caused a change, and by which request: kept with everything that is stored. */
export interface Cause {
  /** ARN of the caller; the engine's own changes carry `ENGINE_PRINCIPAL`. */
  readonly principal: string;
  /** The `x-amzn-RequestId` of the request; absent for the engine's own changes. */
  readonly requestId?: string;
}

export const ENGINE_PRINCIPAL = "batchyard:engine";

export const ENGINE_CAUSE: Cause = { principal: ENGINE_PRINCIPAL };
