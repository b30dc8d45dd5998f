/**
 * What became of a call to a server that may die at any moment.
 *
 * - `answered`: it is acknowledged, and has to hold.
 * - `lost`: the server died first; it was done or was not.
 * - `unsent`: nobody was there to take it; it was not done.
 * - `refused`: the server said no.
 */
export type Answer<Value> =
  | { readonly fate: "answered"; readonly value: Value }
  | { readonly fate: "lost" }
  | { readonly fate: "unsent" }
  | { readonly fate: "refused"; readonly because: string };

export async function ask<Value>(call: Promise<Value>): Promise<Answer<Value>> {
  try {
    return { fate: "answered", value: await call };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // What AWS's clients add to the errors that a server answered, and Node to those of a connection.
    const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: string };
    const status = $metadata?.httpStatusCode ?? 0;
    if (status >= 400) return { fate: "refused", because: `${status} ${error.name}: ${error.message}` };
    if (code === "ECONNREFUSED") return { fate: "unsent" };
    if (code !== undefined && BROKEN_CONNECTION.has(code)) return { fate: "lost" };
    throw error;
  }
}

const BROKEN_CONNECTION: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);
