import { RecentlyUsed } from "../../../lib/recently-used.ts";
import { scopeKey } from "../../../batch/scope.ts";
import type { Scope } from "../../../batch/scope.ts";
import type { Clock } from "../../../lib/clock.ts";
import { ApiError } from "../../errors.ts";

/** An account that has not asked for so long that others have come may ask as if it never had. */
const SCOPES_MAX = 1_000;

/** How often each account may ask in each region: as many times at once as in a second, which come back evenly. */
export class RequestRate {
  readonly #perSecondMax: number;
  readonly #clock: Clock;
  readonly #left = new RecentlyUsed<{ readonly count: number; readonly atMs: number }>(SCOPES_MAX);

  constructor(perSecondMax: number, clock: Clock) {
    this.#perSecondMax = perSecondMax;
    this.#clock = clock;
  }

  /** Counts a request, or throws AWS's refusal of those that are too many. */
  take(scope: Scope): void {
    if (this.#perSecondMax === Infinity) return;
    const nowMs = this.#clock.monotonicMs();
    const key = scopeKey(scope);
    const { count, atMs } = this.#left.get(key) ?? { count: this.#perSecondMax, atMs: nowMs };
    const returned = ((nowMs - atMs) * this.#perSecondMax) / 1_000;
    const left = Math.min(this.#perSecondMax, count + returned);
    this.#left.set(key, { count: left < 1 ? left : left - 1, atMs: nowMs });
    if (left < 1) throw new ApiError("TooManyRequestsException", "Too Many Requests", { status: 429 });
  }
}
