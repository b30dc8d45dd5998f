import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HttpConnections } from "./http-connections.ts";
import { answerRequest, refuseExpectation, refuseHead } from "./http-exchange.ts";
import type { HttpExchangeOptions } from "./http-exchange.ts";
import type { HttpLimits } from "./http-limits.ts";
import { BodyMemory } from "./request-body.ts";

export interface HttpListener extends AsyncDisposable {
  /** Rejects where the address cannot be had. Port 0 is any that is free. */
  listen(host: string, port: number): Promise<ListenAddress>;
  /** Stops accepting, closes idle connections, and resolves when what is under way is answered or the grace is over. */
  close(): Promise<void>;
}

interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** `http://127.0.0.1:8080`, `http://[::1]:8080`. */
  readonly url: string;
}

/**
 * HTTP/1.1 under a handler: collects each request whole, answers it, and holds clients to limits. What it refuses
 * itself it refuses in AWS's form.
 */
export function createHttpListener(options: HttpExchangeOptions): HttpListener {
  const { limits } = options;
  const server = createLimitedServer(limits);
  const connections = new HttpConnections(server, options.ids, limits.connectionsMax);
  const exchange = { ...options, connections, memory: new BodyMemory(limits.largeBodyBytesMax) };

  server.on("request", (message, response) => {
    void answerRequest(exchange, message, response);
  });
  server.on("checkContinue", (message, response) => {
    if (refuseHead(message, limits) === undefined) response.writeContinue();
    void answerRequest(exchange, message, response);
  });
  server.on("checkExpectation", (message, response) => refuseExpectation(exchange, message, response));
  server.on("connect", (_message, socket) => connections.refuseTunnel(socket));

  const close = (): Promise<void> => connections.close(limits.closeGraceMs);
  return {
    listen: async (host, port) => {
      server.listen(port, host);
      await once(server, "listening");
      return addressOf(server);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function createLimitedServer(limits: HttpLimits): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.timeoutCheckMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // A request without Host is the handler's to refuse: Node would do it in no form at all.
    requireHostHeader: false,
  });
  server.maxRequestsPerSocket = 0;
  // Node drops headers beyond its count without a word; they are counted when the request is answered.
  server.maxHeadersCount = 0;
  // A client that closes its side after the request still reads the answer. Node has the switch, its types do not.
  (server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen = true;
  return server;
}

function addressOf(server: Server): ListenAddress {
  // A server that listens on a host and port has an address of this kind.
  const { address, family, port } = server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  return { host: address, port, url: `http://${host}:${port}` };
}
