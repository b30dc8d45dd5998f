import { SecretKeyFileError } from "../secrets/sealer.ts";
import { ApiError } from "./errors.ts";

/** Runs what needs the server's key. Why there is none is told to the caller, who may be the one to put it right. */
export async function withServerKey<T>(faultCode: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof SecretKeyFileError)) throw error;
    throw new ApiError(faultCode, error.message, { status: 503, cause: error });
  }
}
