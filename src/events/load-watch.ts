/** Above this share of its time the server is busy. */
const BUSY_SHARE = 0.75;

/** How long a thread was active and idle, of which only differences matter. */
export type Utilization = () => { readonly active: number; readonly idle: number };

/** Tells whether the server has been busy since the last time somebody asked: then events can wait, and jobs cannot. */
export class LoadWatch {
  readonly #utilization: Utilization;
  #before: ReturnType<Utilization>;

  constructor(utilization: Utilization) {
    this.#utilization = utilization;
    this.#before = utilization();
  }

  wasBusy(): boolean {
    const { active, idle } = this.#utilization();
    const activeMs = active - this.#before.active;
    const totalMs = activeMs + idle - this.#before.idle;
    this.#before = { active, idle };
    return activeMs > BUSY_SHARE * totalMs;
  }
}
