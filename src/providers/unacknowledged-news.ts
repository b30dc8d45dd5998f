import type { ProviderNews } from "./provider.ts";

/** What there is to tell of an attempt. */
interface NewsOfAttempt {
  started: ProviderNews | undefined;
  ended: ProviderNews | undefined;
}

/** What a provider has to tell and nobody has acknowledged yet, in the order of its coming. */
export class UnacknowledgedNews {
  readonly #all = new Set<ProviderNews>();
  /** By task id, of those that there is something to tell of. */
  readonly #ofAttempt = new Map<string, NewsOfAttempt>();

  get all(): readonly ProviderNews[] {
    return [...this.#all];
  }

  add(news: ProviderNews): void {
    const { taskId, kind } = news;
    const ofAttempt = this.#ofAttempt.get(taskId) ?? { started: undefined, ended: undefined };
    if (ofAttempt.started === undefined && ofAttempt.ended === undefined)
      this.#ofAttempt.set(taskId, ofAttempt);
    ofAttempt[kind] = news;
    this.#all.add(news);
  }

  /** Forgets what is durable elsewhere; says whether that was the attempt's end, behind which nothing comes. */
  acknowledge(taskId: string, what: ProviderNews["kind"]): boolean {
    const { started, ended } = this.#ofAttempt.get(taskId) ?? {};
    if (started !== undefined) this.#all.delete(started);
    if (what === "started" && ended !== undefined) return false;
    this.#ofAttempt.delete(taskId);
    return ended !== undefined && this.#all.delete(ended);
  }
}
