import { STATUS_CODES } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { ApiError } from "../api/errors.ts";
import type { ApiResponse } from "../api/http.ts";
import { SERVICES } from "../api/services.ts";
import type { IdSource } from "../lib/id-source.ts";

/** The open connections of a server: which are busy, which must end, and what those get that do not speak HTTP. */
export class HttpConnections {
  readonly #server: Server;
  readonly #ids: IdSource;
  readonly #connections = new Map<Duplex, Connection>();
  readonly #connectionsMax: number;
  /** Of answers that are held back. */
  readonly #held = new Set<AbortController>();
  /** Counts connections and answers. */
  #turnCount = 0;
  #closed: Promise<void> | undefined;

  constructor(server: Server, ids: IdSource, connectionsMax: number) {
    this.#server = server;
    this.#ids = ids;
    this.#connectionsMax = connectionsMax;
    server.on("connection", (socket: Socket) => this.#open(socket));
    server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => this.#fail(error, socket));
  }

  /** Called with each request, when its headers are there; `response` ends when its answer is away or cannot be. */
  add(message: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.get(message.socket);
    connection?.ask(message);
    response.on("close", () => {
      connection?.answered((this.#turnCount += 1));
      if (this.#closed !== undefined) this.#server.closeIdleConnections();
    });
  }

  /**
   * For a request whose answer is held back: aborted when the client has closed its side, which one that waits for an
   * answer has no reason to, and when the server is to stop.
   */
  untilUnwanted(socket: Socket, response: ServerResponse): AbortSignal {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    if (this.#closed !== undefined || socket.readableEnded) abort();
    this.#held.add(controller);
    socket.once("end", abort);
    response.once("close", () => {
      this.#held.delete(controller);
      socket.off("end", abort);
      abort();
    });
    return controller.signal;
  }

  /** For a client that takes the server for a proxy. What it asked before goes without an answer. */
  refuseTunnel(socket: Duplex): void {
    const text = "CONNECT is not served here: this server is no proxy";
    const error = new ApiError("UnknownOperationException", text, { status: 405 });
    // Node has let go of the socket, so that nobody else hears of its errors.
    socket.on("error", () => socket.destroy());
    if (this.#connections.get(socket)?.isIdle === true) this.#endWith(error, socket);
    else socket.destroy();
  }

  /** Called when a request has its answer before it is there whole: nothing more is said on its connection. */
  refuse(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection !== undefined) connection.isRefused = true;
  }

  /** Whether the answer that is being sent must be the connection's last. */
  mustEnd(socket: Socket): boolean {
    return this.#closed !== undefined || this.#connections.get(socket)?.isBroken === true;
  }

  close(graceMs: number): Promise<void> {
    this.#closed ??= this.#close(AbortSignal.timeout(graceMs));
    return this.#closed;
  }

  async #close(grace: AbortSignal): Promise<void> {
    const cut = (): void => this.#server.closeAllConnections();
    grace.addEventListener("abort", cut);
    for (const held of this.#held) held.abort();
    // Closing a server that never listened is an error to Node and none to us.
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#connections.keys()) {
      // Node takes a connection that has not said anything yet for one with a request under way.
      if ((socket as Socket).bytesRead === 0) socket.destroy();
    }
    await closed;
    grace.removeEventListener("abort", cut);
  }

  /** What cannot be read as HTTP, or did not come in time: answered where an answer cannot be taken for another's. */
  #fail(error: NodeJS.ErrnoException, socket: Duplex): void {
    const connection = this.#connections.get(socket);
    if (connection?.isBroken === true) return;
    if (connection !== undefined) connection.isBroken = true;
    // Requests that came before and are whole get their answer; the connection ends behind the next (mustEnd).
    if (connection?.owesAnswer() === true) return;
    if (!socket.writable || error.code === "ECONNRESET" || connection?.isRefused === true) {
      socket.destroy();
      return;
    }
    this.#endWith(apiErrorOf(error), socket);
  }

  #endWith(error: ApiError, socket: Duplex): void {
    const text = wireText(SERVICES.batch.protocol.writeError(error, this.#ids.uuid()));
    socket.end(text, () => socket.destroy());
  }

  #open(socket: Socket): void {
    if (this.#connections.size >= this.#connectionsMax) {
      const idle = this.#longestIdle();
      // Forgotten at once: that it has closed is only heard of later.
      if (idle !== undefined) this.#connections.delete(idle);
      (idle ?? socket).destroy();
      if (idle === undefined) return;
    }
    this.#connections.set(socket, new Connection((this.#turnCount += 1)));
    socket.once("close", () => this.#connections.delete(socket));
  }

  #longestIdle(): Duplex | undefined {
    let found: Duplex | undefined;
    let leastTurn = Infinity;
    for (const [socket, { isIdle, turn }] of this.#connections) {
      if (!isIdle || turn >= leastTurn) continue;
      found = socket;
      leastTurn = turn;
    }
    return found;
  }
}

/** What is known of one connection. */
class Connection {
  /** Nothing more is said on it. */
  isRefused = false;
  /** What comes on it can no longer be read. */
  isBroken = false;
  /** Of its opening or its latest answer: higher is later. */
  turn: number;
  #unansweredCount = 0;
  #latest: IncomingMessage | undefined;

  constructor(turn: number) {
    this.turn = turn;
  }

  /** Whether no request is under way, as far as its headers have come. */
  get isIdle(): boolean {
    return this.#unansweredCount === 0;
  }

  ask(message: IncomingMessage): void {
    this.#unansweredCount += 1;
    this.#latest = message;
  }

  answered(turn: number): void {
    this.#unansweredCount -= 1;
    this.turn = turn;
  }

  /** Whether a request that came whole waits for its answer: of several all but the latest did. */
  owesAnswer(): boolean {
    if (this.#unansweredCount > 1) return true;
    return this.#unansweredCount === 1 && this.#latest?.complete === true;
  }
}

/** By Node's code for what went wrong; anything else is not HTTP. */
const ERRORS: ReadonlyMap<string, readonly [code: string, message: string, status: number]> = new Map([
  ["ERR_HTTP_REQUEST_TIMEOUT", ["RequestTimeoutException", "The request did not arrive in time", 408]],
  ["HPE_HEADER_OVERFLOW", ["RequestHeaderSectionTooLarge", "The request line and headers are too long", 431]],
  [
    "HPE_CHUNK_EXTENSIONS_OVERFLOW",
    ["RequestEntityTooLargeException", "The chunk extensions are too long", 413],
  ],
]);

function apiErrorOf(error: NodeJS.ErrnoException): ApiError {
  const [code, message, status] = ERRORS.get(error.code ?? "") ?? [
    "MalformedHttpRequestException",
    `The request is not valid HTTP: ${error.message}`,
    400,
  ];
  return new ApiError(code, message, { status });
}

/** A response as it goes over the wire where there is no request that Node could answer. */
function wireText({ status, headers, body }: ApiResponse): string {
  const length = Buffer.byteLength(body);
  const lines = Object.entries({ ...headers, "Content-Length": length, Connection: "close" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${Buffer.from(body).toString()}`;
}
