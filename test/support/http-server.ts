import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { ApiRequest, ApiResponse } from "../../src/api/http.ts";
import { HTTP_LIMITS } from "../../src/server/http-limits.ts";
import type { HttpLimits } from "../../src/server/http-limits.ts";
import { createHttpListener } from "../../src/server/http-listener.ts";

export const REQUEST_ID = "00000000-0000-4000-8000-000000000001";

export interface ServerOptions {
  readonly host?: string;
  readonly limits?: Partial<HttpLimits>;
  readonly answer?: (request: ApiRequest) => Promise<ApiResponse>;
}

export function listenerOptions(given: ServerOptions = {}) {
  const { answer = async () => ({ status: 200, headers: {}, body: "ok" }), limits } = given;
  return {
    handler: answer,
    ids: { uuid: () => REQUEST_ID, hex: () => "" },
    limits: { ...HTTP_LIMITS, closeGraceMs: 2_000, ...limits },
  };
}

/** A listener on a free port, with what its handler was asked and its ends of the connections. */
export async function aServer(given: ServerOptions = {}) {
  const requests: ApiRequest[] = [];
  const sockets: Socket[] = [];
  const { handler, ...rest } = listenerOptions(given);
  const listener = createHttpListener({
    ...rest,
    handler: (request) => {
      requests.push(request);
      return handler(request);
    },
  });
  const { host, port, url } = await listener.listen(given.host ?? "127.0.0.1", 0);
  const onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    if (socket.localPort === port) sockets.push(socket);
  };
  subscribe("net.server.socket", onSocket);

  const open = async (sent = ""): Promise<Socket> => {
    const socket = connect({ host, port, allowHalfOpen: true });
    await once(socket, "connect");
    socket.write(sent);
    return socket;
  };
  return {
    url,
    requests,
    sockets,
    connect: open,
    /** All that comes back for what is sent, until the server closes. */
    exchange: async (sent: string) => readAll(await open(sent)),
    close: () => listener.close(),
    [Symbol.asyncDispose]: async () => {
      unsubscribe("net.server.socket", onSocket);
      await listener.close();
    },
  };
}

/** What the server sends until it closes, however it does. */
export async function readAll(socket: Socket): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("end", () => socket.end());
  socket.on("error", () => {});
  socket.on("close", () => resolve());
  await promise;
  return Buffer.concat(chunks).toString();
}

export function post(body: string, headers = ""): string {
  return `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;
}

/** The bodies of the answers in what came back. */
export function bodies(answers: string): string[] {
  return answers.split(/(?=HTTP\/1\.1 )/).map((answer) => answer.slice(answer.indexOf("\r\n\r\n") + 4));
}
