import { once } from "node:events";
import { Agent, request } from "node:http";
import type { IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";

/** The container engine's API over kept connections to its socket, and nothing besides. */
export class EngineApi implements Disposable {
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Answers the container's id. */
  async create(container: object): Promise<string> {
    const answer = await this.#call("POST", "/containers/create", container);
    return ((await json(answer)) as { Id: string }).Id;
  }

  async start(id: string): Promise<void> {
    (await this.#call("POST", `/containers/${id}/start`)).resume();
  }

  /** Resolves with the exit code when the container has ended. */
  async wait(id: string): Promise<number> {
    const answer = await this.#call("POST", `/containers/${id}/wait`);
    return ((await json(answer)) as { StatusCode: number }).StatusCode;
  }

  async remove(id: string): Promise<void> {
    (await this.#call("DELETE", `/containers/${id}?v=1`)).resume();
  }

  /** One that still runs as well. */
  async removeRunning(id: string): Promise<void> {
    (await this.#call("DELETE", `/containers/${id}?v=1&force=1`)).resume();
  }

  async createNetwork(name: string): Promise<void> {
    (await this.#call("POST", "/networks/create", { Name: name, Driver: "bridge" })).resume();
  }

  async removeNetwork(name: string): Promise<void> {
    (await this.#call("DELETE", `/networks/${name}`)).resume();
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async #call(method: string, path: string, body?: object): Promise<IncomingMessage> {
    const sent = request({
      socketPath: this.#socketPath,
      agent: this.#agent,
      method,
      path,
      headers: { "Content-Type": "application/json" },
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    // What the event `response` brings.
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    const { statusCode = 0 } = answer;
    if (statusCode >= 300) throw new Error(`${method} ${path} was answered with ${statusCode}`);
    return answer;
  }
}
