import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { askOfInstance, askOwn } from "../explained.ts";
import { jsonText } from "../json-text.ts";
import { formatDuration } from "../text.ts";

export interface ReclaimOptions {
  /** Milliseconds. */
  readonly notice?: number;
}

interface Reclaimed {
  readonly instanceId: string;
  readonly atMs: number;
  readonly attemptCount: number;
}

/** `batchyard reclaim`: takes a Spot instance back. */
export async function reclaim(
  context: Context,
  instanceId: string,
  { notice }: ReclaimOptions,
): Promise<number> {
  const { surroundings } = context;
  const { output } = surroundings;
  const request = { instanceId, ...(notice !== undefined && { noticeSeconds: notice / 1000 }) };
  const reclaimed = await askOfInstance(
    async () => await askOwn<Reclaimed>(context, "POST", "reclaim", request),
  );
  if (context.isJson) {
    await output.write(jsonText(reclaimed));
    return EXIT.done;
  }
  const { atMs, attemptCount } = reclaimed;
  const leftMs = Math.max(0, atMs - surroundings.nowMs());
  const when = leftMs < 1_000 ? "now" : `in ${formatDuration(leftMs)}`;
  const attempts = `${attemptCount} ${attemptCount === 1 ? "attempt ends" : "attempts end"}`;
  const rest = attemptCount === 0 ? "nothing runs on it" : `${attempts} with it`;
  await output.write(`${instanceId} goes ${when}: ${rest}\n`);
  return EXIT.done;
}
