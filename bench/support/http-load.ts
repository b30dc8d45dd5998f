import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";

export interface Load {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly connectionCount: number;
  readonly durationMs: number;
  /** Whole requests as they go over the wire; each connection sends them in turns. */
  readonly requests: readonly Buffer[];
}

export interface LoadResult {
  readonly answersPerSecond: number;
  readonly medianMs: number;
}

/**
 * Sends requests over kept connections, on each the next as soon as the last is answered. Plain sockets and prepared
 * bytes, so that the load itself costs little of a machine that the server shares with it. Rejects on any answer but 200.
 */
export async function applyLoad({ url, connectionCount, durationMs, requests }: Load): Promise<LoadResult> {
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: connectionCount }, () =>
    connect({ host: hostname, port: Number(port), noDelay: true }),
  );
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  const startedAtMs = performance.now();
  const lanes = await Promise.all(
    sockets.map((socket, index) => runLane(socket, requests, index, startedAtMs + durationMs)),
  );
  const tookMs = performance.now() - startedAtMs;
  for (const socket of sockets) socket.destroy();
  const latencies = lanes.flat().sort((a, b) => a - b);
  return {
    answersPerSecond: (latencies.length * 1000) / tookMs,
    medianMs: latencies[Math.floor(latencies.length / 2)] ?? Number.NaN,
  };
}

/** The latencies of one connection in milliseconds. */
function runLane(
  socket: Socket,
  requests: readonly Buffer[],
  firstIndex: number,
  untilMs: number,
): Promise<number[]> {
  const { promise, resolve, reject } = Promise.withResolvers<number[]>();
  const latencies: number[] = [];
  let index = firstIndex;
  let sentAtMs = 0;
  let answer = "";
  const send = (): void => {
    sentAtMs = performance.now();
    socket.write(requests[index % requests.length] ?? "");
    index += 1;
  };
  socket.setEncoding("latin1").on("data", (text: string) => {
    answer += text;
    if (!isWhole(answer)) return;
    if (!answer.startsWith("HTTP/1.1 200 ")) return reject(new Error(`not answered with 200: ${answer}`));
    answer = "";
    const nowMs = performance.now();
    latencies.push(nowMs - sentAtMs);
    if (nowMs < untilMs) send();
    else resolve(latencies);
  });
  socket.once("close", () => reject(new Error("the server closed a connection")));
  send();
  return promise;
}

function isWhole(answer: string): boolean {
  const headEnd = answer.indexOf("\r\n\r\n");
  if (headEnd === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length: ${answer}`);
  return answer.length >= headEnd + 4 + Number(length);
}
