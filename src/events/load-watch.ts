/** Above this share of its time the server is busy. */
const BUSY_SHARE = 0.75;

/** What is known of the thread that the server runs in: only differences matter. */
export interface ThreadTimes {
  /** How long its event loop had something to do, and had nothing, in milliseconds. */
  utilization(): { readonly active: number; readonly idle: number };
  /** Processor time in microseconds: what it took, however long others kept it from the processor. */
  cpuUsage(): { readonly user: number; readonly system: number };
}

/** Tells how much the server has to do: while it is busy events can wait, and jobs cannot. */
export class LoadWatch {
  readonly #times: ThreadTimes;
  #before: ReturnType<ThreadTimes["utilization"]>;

  constructor(times: ThreadTimes) {
    this.#times = times;
    this.#before = times.utilization();
  }

  /** Whether it has been busy since the last time that somebody asked. */
  wasBusy(): boolean {
    const { active, idle } = this.#times.utilization();
    const activeMs = active - this.#before.active;
    const totalMs = activeMs + idle - this.#before.idle;
    this.#before = { active, idle };
    return activeMs > BUSY_SHARE * totalMs;
  }

  /** Milliseconds of processor time that it has taken so far. */
  cpuMs(): number {
    const { user, system } = this.#times.cpuUsage();
    return (user + system) / 1000;
  }
}
