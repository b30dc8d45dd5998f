import { ApiError, clientError } from "../api/errors.ts";
import type { PlainRoute } from "../api/handle.ts";
import type { Authenticate } from "../api/signature/authenticate.ts";
import type { Instance } from "../batch/instance.ts";
import { isSameScope } from "../batch/scope.ts";
import type { Clock } from "../lib/clock.ts";
import type { Sequencer } from "../store/sequencer.ts";
import type { Store } from "../store/store.ts";
import { tellEnd } from "./instance-words.ts";
import { json, readObject } from "./json-answers.ts";

interface ReclaimRouteParts {
  readonly authenticate: Authenticate;
  readonly sequencer: Pick<Sequencer, "decide">;
  readonly store: Pick<Store, "readInstance">;
  readonly clock: Pick<Clock, "nowMs">;
  readonly spotNoticeMs: number;
}

/** The longest notice that can be asked for: a day. */
const NOTICE_SECONDS_MAX = 86_400;

/**
 * `POST /batchyard/reclaim` with `{ instanceId, noticeSeconds? }`: takes Spot capacity back as AWS would, so that one can
 * try what becomes of the jobs on it.
 */
export function createReclaimRoute({
  authenticate,
  sequencer,
  store,
  clock,
  spotNoticeMs,
}: ReclaimRouteParts): PlainRoute {
  return async (request) => {
    const { scope } = authenticate(request, "batch");
    const { instanceId, noticeSeconds = spotNoticeMs / 1000 } = readObject(request);
    if (typeof instanceId !== "string") throw clientError("instanceId must be the id of an instance, as i-…");
    const notice = parseNotice(noticeSeconds);
    // Of one that is gone only the store knows.
    const stored = await store.readInstance(scope, instanceId);
    const answer = await sequencer.decide((state) => {
      const live = state.instances.find(instanceId);
      if (live === undefined || !isSameScope(live.instance.scope, scope)) throw absent(instanceId, stored);
      const { instance, tasks } = live;
      checkReclaimable(instance);
      const atMs = clock.nowMs() + notice * 1000;
      const leaving = { because: "reclaimed", atMs } as const;
      return {
        changes: [{ kind: "instance-put", instance: { ...instance, leaving } }],
        answer: { instanceId, atMs, attemptCount: tasks.size },
      };
    });
    return json(200, answer);
  };
}

function parseNotice(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= NOTICE_SECONDS_MAX)
    return value;
  throw clientError(
    `noticeSeconds must be a whole number from 0 to ${NOTICE_SECONDS_MAX}, got ${JSON.stringify(value)}`,
  );
}

function absent(instanceId: string, stored: Instance | undefined): ApiError {
  if (stored === undefined) {
    return new ApiError("ClientException", `Instance ${instanceId} not found.`, { status: 404 });
  }
  // It may have gone just now, and the store not know it yet.
  return clientError(`Instance ${instanceId} is gone. ${tellEnd(stored) ?? ""}`.trimEnd());
}

function checkReclaimable(instance: Instance): void {
  const { instanceId, isSpot } = instance;
  if (!isSpot) throw clientError(`Instance ${instanceId} is not Spot capacity: only that is taken back`);
  const end = tellEnd(instance);
  if (end !== undefined) throw clientError(`Instance ${instanceId} is leaving already. ${end}`);
}
