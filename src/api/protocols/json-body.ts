const DECODER = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a body that should be a JSON object in UTF-8; an empty body is an empty object.
 *
 * @returns a string where it is none: what is wrong with it.
 */
export function parseJsonBody(body: Uint8Array): Readonly<Record<string, unknown>> | string {
  if (body.byteLength === 0) return {};

  let value: unknown;
  try {
    value = JSON.parse(DECODER.decode(body));
  } catch (error) {
    // The decoder throws a TypeError, the parser a SyntaxError that quotes the caller's own text.
    return error instanceof SyntaxError
      ? `The request body is not valid JSON: ${error.message}`
      : "The request body is not valid UTF-8";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return "The request body must be a JSON object";
  }
  // What JSON.parse makes of an object has own members only.
  return value as Record<string, unknown>;
}
