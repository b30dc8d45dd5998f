import type { ProviderNews } from "./provider.ts";

/** What a provider has to tell and nobody has acknowledged yet, in the order of its coming. */
export class UnacknowledgedNews {
  readonly #all = new Set<ProviderNews>();
  readonly #ofAttempt = new Map<string, Partial<Record<ProviderNews["kind"], ProviderNews>>>();

  get all(): readonly ProviderNews[] {
    return [...this.#all];
  }

  add(news: ProviderNews): void {
    this.#ofAttempt.set(news.taskId, { ...this.#ofAttempt.get(news.taskId), [news.kind]: news });
    this.#all.add(news);
  }

  /** Forgets what is durable elsewhere; says whether that was the attempt's end, behind which nothing comes. */
  acknowledge(taskId: string, what: ProviderNews["kind"]): boolean {
    const { started, ended } = this.#ofAttempt.get(taskId) ?? {};
    if (started !== undefined) this.#all.delete(started);
    if (what === "started" || ended === undefined) return false;
    this.#all.delete(ended);
    this.#ofAttempt.delete(taskId);
    return true;
  }
}
