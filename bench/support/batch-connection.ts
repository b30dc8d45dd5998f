import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";

const CLOSED = "the server closed a connection";

/**
 * One kept connection to a server that asks for no signatures. A plain socket, so that asking costs little of a machine
 * that the server shares with it.
 */
export class BatchConnection implements Disposable {
  readonly #socket: Socket;
  #answer = "";
  #asked: PromiseWithResolvers<string> | undefined;

  static async open(url: string): Promise<BatchConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, "connect");
    return new BatchConnection(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    socket.once("close", () => this.#asked?.reject(new Error(CLOSED)));
  }

  /** Calls an operation by the last part of its path; the answer must be 200. One call at a time. */
  async call<Answer>(path: string, input: object): Promise<Answer> {
    if (this.#socket.destroyed) throw new Error(CLOSED);
    const body = JSON.stringify(input);
    this.#asked = Promise.withResolvers<string>();
    this.#socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    // The caller knows what the operation answers.
    return JSON.parse(await this.#asked.promise) as Answer;
  }

  [Symbol.dispose](): void {
    this.#asked = undefined;
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#answer += text;
    const headEnd = this.#answer.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#answer)?.[1]);
    const body = this.#answer.slice(headEnd + 4);
    if (Buffer.byteLength(body) < length) return;
    const isAccepted = this.#answer.startsWith("HTTP/1.1 200 ");
    this.#answer = "";
    if (isAccepted) this.#asked?.resolve(body);
    else this.#asked?.reject(new Error(`not answered with 200: ${body}`));
  }
}
