import { setTimeout as sleep } from "node:timers/promises";
import { EventStream } from "../support/event-stream.ts";
import type { AwsClients } from "../support/aws-clients.ts";

/** An event as it was told, as far as it is checked. */
export interface ToldEvent {
  readonly jobId: string;
  readonly status: string;
}

const POLL_MS = 20;

/** Follows the events from the first on, through the server's deaths: each time it goes on behind the last that it has. */
export class EventFollower {
  readonly told: ToldEvent[] = [];
  readonly #mistakes: string[];
  #position = 0;

  /** @param mistakes where it notes what must not be. */
  constructor(mistakes: string[]) {
    this.#mistakes = mistakes;
  }

  async work({ endpoint }: AwsClients, isOver: () => boolean): Promise<void> {
    using stream = this.#open(endpoint, "");
    while (!isOver()) {
      this.#take(stream);
      await sleep(POLL_MS);
    }
    this.#take(stream);
  }

  /** Takes what there is, when all jobs have ended. */
  async finish({ endpoint }: AwsClients): Promise<void> {
    using stream = this.#open(endpoint, "follow=no");
    await stream.ended();
    this.#take(stream);
  }

  #open(endpoint: string, query: string): EventStream {
    return new EventStream(endpoint, query, { "last-event-id": String(this.#position) });
  }

  /** Numbers follow one another: there are no events of others. What has no name only says how far the log has come. */
  #take({ received }: EventStream): void {
    for (const { id, event, data } of received.splice(0)) {
      const expected = event === undefined ? this.#position : this.#position + 1;
      if (id !== expected)
        this.#mistakes.push(`event ${id} (${event}) was told behind event ${this.#position}`);
      this.#position = id;
      if (event !== undefined) this.#note(data as { readonly detail?: ToldEvent });
    }
  }

  #note({ detail }: { readonly detail?: ToldEvent }): void {
    if (detail === undefined) {
      this.#mistakes.push(`there is a gap behind event ${this.#position}`);
      return;
    }
    const { jobId, status } = detail;
    this.told.push({ jobId, status });
  }
}
