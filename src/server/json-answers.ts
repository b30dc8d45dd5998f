import { ApiError } from "../api/errors.ts";
import type { ApiRequest, ApiResponse } from "../api/http.ts";

export function json(status: number, body: object): ApiResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** The object that a body holds. */
export function readObject({ body }: ApiRequest): Readonly<Record<string, unknown>> {
  const value = parse(new TextDecoder().decode(body));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>; // an object that is no array has members
  }
  throw new ApiError("SerializationException", "the body must be a JSON object", { status: 400 });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
