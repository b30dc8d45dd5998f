import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { EventDocument } from "./event-stream.ts";

/** What was posted, and what is answered to it. */
export class EventReceiver implements AsyncDisposable {
  readonly bodies: EventDocument[] = [];
  readonly headers: NodeJS.Dict<string | string[]>[] = [];
  /** The status for a body; it is asked again each time. */
  answer: (body: EventDocument, count: number) => number = () => 200;
  readonly #server = createServer((request, response) => void this.#take(request, response));

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** The first time that each was posted. */
  get distinct(): readonly EventDocument[] {
    return [...new Map(this.bodies.map((body) => [body.id, body])).values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const document = JSON.parse(await text(request)) as EventDocument;
    this.bodies.push(document);
    this.headers.push(request.headers);
    const count = this.bodies.filter(({ id }) => id === document.id).length;
    response.writeHead(this.answer(document, count)).end();
  }
}
