import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { EngineAway, EngineRefusal } from "./docker-engine.ts";
import { describeEngineAddress } from "./engine-address.ts";
import type { EngineAddress } from "./engine-address.ts";

export interface EngineRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A tar archive in place of the body. */
  readonly archive?: Uint8Array;
  /** Over a connection of its own. */
  readonly isFresh?: boolean;
  readonly signal: AbortSignal;
}

const IDLE_CONNECTION_COUNT_MAX = 16;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** Requests to one engine over connections that are kept; what goes wrong is told in the port's own errors. */
export class EngineHttp implements Disposable {
  readonly #address: EngineAddress;
  readonly #connect: (options: RequestOptions) => ClientRequest;
  readonly #agent: HttpAgent;
  #isClosed = false;

  constructor(address: EngineAddress) {
    this.#address = address;
    const agentOptions = { keepAlive: true, maxFreeSockets: IDLE_CONNECTION_COUNT_MAX };
    if (address.kind === "socket") {
      this.#agent = new HttpAgent(agentOptions);
      this.#connect = (options) => httpRequest({ ...options, socketPath: address.path, host: "localhost" });
      return;
    }
    const { host, port, tls } = address;
    if (tls === undefined) {
      this.#agent = new HttpAgent(agentOptions);
      this.#connect = (options) => httpRequest({ ...options, host, port });
      return;
    }
    const { files, isVerified } = tls;
    const keys =
      files === undefined
        ? {}
        : { ca: readFileSync(files.ca), cert: readFileSync(files.cert), key: readFileSync(files.key) };
    // With each request, as one that is made fresh does without the agent.
    const security = { ...keys, rejectUnauthorized: isVerified };
    this.#agent = new HttpsAgent(agentOptions);
    this.#connect = (options) => httpsRequest({ ...options, ...security, host, port });
  }

  /** The whole answer, parsed; undefined where it is empty. */
  async json(request: EngineRequest): Promise<unknown> {
    const response = await this.open(request);
    const chunks: Uint8Array[] = [];
    let byteCount = 0;
    for await (const chunk of this.chunks(response, request.signal)) {
      byteCount += chunk.length;
      if (byteCount > ANSWER_BYTES_MAX) throw this.away("its answer is too long");
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString();
    if (text.trim() === "") return undefined;
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.away(`${request.path} gave no JSON`, error);
    }
  }

  /** The answer from its first byte on; a refusal is thrown. There is no limit on the time between two pieces. */
  async open(request: EngineRequest): Promise<IncomingMessage> {
    const response = await this.#send(request);
    const status = response.statusCode ?? 0;
    if (status < 400) return response;
    throw new EngineRefusal(status, await this.#readRefusal(response, request.signal));
  }

  /** The pieces of an answer. Leaving the loop early closes its connection. */
  async *chunks(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      // Nothing sets an encoding, so the pieces are bytes.
      for await (const chunk of response) yield chunk as Uint8Array;
    } catch (error) {
      throw this.#explain(error, signal);
    }
  }

  /** The error for an engine that is not there, or not as it should be. */
  away(what: string, cause?: unknown): EngineAway {
    const where = describeEngineAddress(this.#address);
    return new EngineAway(`the container engine at ${where} cannot be reached: ${what}`, { cause });
  }

  /** Requests under way reject. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#agent.destroy();
  }

  #send(request: EngineRequest): Promise<IncomingMessage> {
    const { method, path, query = {}, signal } = request;
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.#isClosed) return Promise.reject(this.away("its client is closed"));
    // One signal may end many requests at once, each of which listens to it.
    setMaxListeners(0, signal);
    const content = contentOf(request);
    const parameters = new URLSearchParams(query).toString();
    const headers = {
      ...request.headers,
      ...(content === undefined
        ? method === "POST"
          ? { "content-length": 0 }
          : {}
        : { "content-type": content.type, "content-length": content.bytes.length }),
    };
    return new Promise((resolve, reject) => {
      const outgoing = this.#connect({
        method,
        path: parameters === "" ? path : `${path}?${parameters}`,
        headers,
        agent: request.isFresh === true ? false : this.#agent,
        signal,
      });
      outgoing.on("response", resolve);
      outgoing.on("error", (error) => {
        // A kept connection that the engine had closed meanwhile: every request may be made twice.
        if (outgoing.reusedSocket && isConnectionLoss(error) && !signal.aborted) resolve(this.#send(request));
        else reject(this.#explain(error, signal));
      });
      outgoing.end(content?.bytes);
    });
  }

  async #readRefusal(response: IncomingMessage, signal: AbortSignal): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.chunks(response, signal)) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString().trim();
    return parseRefusal(text) ?? (text === "" ? `HTTP status ${response.statusCode}` : text);
  }

  #explain(error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    return this.away(error instanceof Error ? error.message : String(error), error);
  }
}

function contentOf({ body, archive }: EngineRequest): { type: string; bytes: Uint8Array } | undefined {
  if (archive !== undefined) return { type: "application/x-tar", bytes: archive };
  return body === undefined
    ? undefined
    : { type: "application/json", bytes: Buffer.from(JSON.stringify(body)) };
}

function parseRefusal(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}

function isConnectionLoss(error: Error): boolean {
  const code = "code" in error ? error.code : undefined;
  return code === "ECONNRESET" || code === "EPIPE";
}
