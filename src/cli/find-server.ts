import { exchange } from "./http.ts";
import type { HttpAnswer } from "./http.ts";

/** Who answers at a URL; undefined: nobody. */
export type FoundServer =
  | { readonly kind: "batchyard"; readonly isReady: boolean; readonly version?: string }
  | { readonly kind: "other" };

const WAIT_MAX_MS = 2_000;

/** Asks for what a batchyard says of itself on `/health` and `/ready`. */
export async function findServer(url: string): Promise<FoundServer | undefined> {
  const health = await read(`${url}/health`);
  if (health === undefined) return undefined;
  const { status, version } = parseObject(health.text);
  if (health.status !== 200 || status !== "ok") return { kind: "other" };
  const ready = await read(`${url}/ready`);
  return {
    kind: "batchyard",
    isReady: ready?.status === 200,
    ...(typeof version === "string" && { version }),
  };
}

async function read(url: string): Promise<HttpAnswer | undefined> {
  try {
    return await exchange(url, { method: "GET", signal: AbortSignal.timeout(WAIT_MAX_MS) });
  } catch {
    return undefined;
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return {};
  }
}
