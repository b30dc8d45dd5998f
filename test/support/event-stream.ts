import { get } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { waitFor } from "./wait-for.ts";

export interface ReceivedEvent {
  readonly id: number;
  /** Absent where only the position is told. */
  readonly event?: string;
  /** Parsed. */
  readonly data?: unknown;
}

export interface EventDocument {
  readonly id: string;
  readonly resources: readonly string[];
  readonly detail: { readonly jobId: string; readonly status: string; readonly [member: string]: unknown };
}

/** A client of `GET /events` that keeps what it gets. */
export class EventStream implements Disposable {
  readonly received: ReceivedEvent[] = [];
  readonly #request: ClientRequest;
  #response: IncomingMessage | undefined;
  #isOver = false;

  /** @param query as in `since=3`. */
  constructor(url: string, query = "", headers: Readonly<Record<string, string>> = {}) {
    let text = "";
    this.#request = get(`${url}/events?${query}`, { headers }, (response) => {
      this.#response = response;
      response.setEncoding("utf8").on("data", (piece: string) => {
        const blocks = `${text}${piece}`.split("\n\n");
        text = blocks.pop() ?? "";
        this.received.push(...blocks.map(parseBlock));
      });
      response.once("close", () => (this.#isOver = true));
      response.on("error", () => undefined);
    });
    this.#request.on("error", () => (this.#isOver = true));
  }

  get status(): number | undefined {
    return this.#response?.statusCode;
  }

  /** Where it is: what it would ask to go on from. */
  get lastId(): number {
    return this.received.at(-1)?.id ?? 0;
  }

  /** Those of jobs, in EventBridge's form. */
  get documents(): readonly EventDocument[] {
    return this.received
      .filter(({ event }) => event === "Batch Job State Change")
      .map(({ data }) => data as EventDocument);
  }

  /** Resolves when it has begun. */
  async opened(): Promise<void> {
    await waitFor("an answer to GET /events", async () => (this.received.length > 0 ? true : undefined));
  }

  /** The statuses of the job in the order of its events, once this one is among them. */
  async statuses(jobId: string, awaited: string): Promise<readonly string[]> {
    return waitFor(`the event that ${jobId} is ${awaited}`, async () => {
      const told = this.documents.filter(({ detail }) => detail.jobId === jobId);
      const statuses = told.map(({ detail }) => detail.status);
      return statuses.includes(awaited) ? statuses : undefined;
    });
  }

  /** Resolves when the server, or what lies between, has ended it. */
  async ended(): Promise<void> {
    await waitFor("the end of GET /events", async () => (this.#isOver ? true : undefined));
  }

  /** Takes nothing from the connection until `resume`. */
  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  [Symbol.dispose](): void {
    this.#request.destroy();
  }
}

function parseBlock(block: string): ReceivedEvent {
  const {
    id = "0",
    event,
    data,
  } = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s, 2))) as Record<
    string,
    string | undefined
  >;
  return {
    id: Number(id),
    ...(event !== undefined && { event }),
    ...(data !== undefined && { data: JSON.parse(data) as unknown }),
  };
}
