import { connect } from "node:net";
import { expect, test } from "vitest";
import { SeededRandom } from "../../src/lib/seeded-random.ts";
import { useServer } from "../support/use-server.ts";
import { hostileText } from "./hostile-values.ts";

const used = useServer();
const SEED = Number(process.env["FC_SEED"] ?? 20_161_110);
const CONNECTION_COUNT = 600;
const AT_A_TIME = 200;
/** For how long a client says nothing, before it breaks off. */
const SILENCE_MS = 1_500;
/** For an answer to what was sent to its end. */
const PATIENCE_MS = 15_000;

/** Bytes to send, and what is done with the connection behind them. */
interface Sending {
  readonly pieces: readonly Buffer[];
  readonly behind: "is silent" | "closes its side" | "breaks off";
}

test("whatever comes over a connection is answered with 4xx or not at all, and changes nothing", async () => {
  const random = new SeededRandom(SEED);
  const before = await stateOf();
  const sendings = Array.from({ length: CONNECTION_COUNT }, () => drawSending(random));
  const wrong: string[] = [];
  let answeredCount = 0;
  for (let from = 0; from < sendings.length; from += AT_A_TIME) {
    const group = sendings.slice(from, from + AT_A_TIME);
    const answers = await Promise.all(group.map((sending) => send(sending)));
    for (const [index, answer] of answers.entries()) {
      const problem = findProblem(answer);
      if (answer !== "") answeredCount += 1;
      if (problem !== undefined) {
        wrong.push(`seed ${SEED}, connection ${from + index}: ${problem}: ${describe(group[index])}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(answeredCount).toBeGreaterThan(CONNECTION_COUNT / 3);
  expect(await stateOf()).toEqual(before);
}, 60_000);

function drawSending(random: SeededRandom): Sending {
  const bytes = drawBytes(random);
  const behind = random.pick(["is silent", "closes its side", "closes its side", "breaks off"] as const);
  return { pieces: random.chance(30) ? cut(random, bytes) : [bytes], behind: behind ?? "breaks off" };
}

function drawBytes(random: SeededRandom): Buffer {
  const request = Buffer.from(drawRequest(random), "latin1");
  switch (random.between(0, 4)) {
    case 0:
      return Buffer.from(Array.from({ length: random.between(1, 300) }, () => random.between(0, 255)));
    case 1:
      return request.subarray(0, random.between(1, request.length));
    case 2:
      request[random.between(0, request.length - 1)] = random.between(0, 255);
      return request;
    case 3:
      return Buffer.concat([request, Buffer.from(hostileText(random))]);
    default:
      return request;
  }
}

/** A request that makes a queue or a job where it is understood, but that cannot be understood so. */
function drawRequest(random: SeededRandom): string {
  const body = JSON.stringify({ jobQueueName: "never", priority: -1 });
  const method = random.pick(["POST", "POST", "PUT", "CONNECT", "G E T", "PRI", ""]);
  const path = random.pick([
    "/v1/createjobqueue",
    "/",
    "*",
    "http://x/v1/createjobqueue",
    "/v1/\u0000",
    "//",
  ]);
  const version = random.pick(["HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9", "ICE/1.0"]);
  const headers = [
    random.pick(["Host: localhost", "Host: localhost", "Host:", "Host: a\r\nHost: b", "Host: evil.example"]),
    random.pick([
      `Content-Length: ${body.length}`,
      `Content-Length: ${body.length + 100}`,
      "Content-Length: -1",
      "Content-Length: 1e3",
      "Content-Length: 99999999999999999999",
      `Content-Length: ${body.length}\r\nContent-Length: 1`,
      "Transfer-Encoding: chunked",
      `Transfer-Encoding: chunked\r\nContent-Length: ${body.length}`,
      "Transfer-Encoding: gzip, chunked",
    ]),
    random.pick([
      "Content-Type: application/json",
      "Expect: 100-continue",
      "Expect: everything",
      "Upgrade: h2c\r\nConnection: Upgrade",
      "Authorization: AWS4-HMAC-SHA256 Credential=/////",
      `X-Long: ${"x".repeat(random.between(1, 40_000))}`,
      "no colon",
      " : folded",
    ]),
  ];
  const newline = random.chance(85) ? "\r\n" : "\n";
  return `${method} ${path} ${version}${newline}${headers.join(newline)}${newline}${newline}${body}`;
}

function cut(random: SeededRandom, bytes: Buffer): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const to = from + random.between(1, Math.max(1, Math.ceil(bytes.length / 4)));
    pieces.push(bytes.subarray(from, to));
    from = to;
  }
  return pieces;
}

/** All that the server says, until it closes the connection or the client has broken off; `hangs` where it does neither. */
async function send({ pieces, behind }: Sending): Promise<string> {
  const { hostname, port } = new URL(used.server.url);
  const ended = Promise.withResolvers<string>();
  const said: Buffer[] = [];
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.on("data", (bytes: Buffer) => said.push(bytes));
  for (const event of ["end", "error", "close"] as const) {
    socket.on(event, () => ended.resolve(Buffer.concat(said).toString("latin1")));
  }
  socket.setTimeout(behind === "closes its side" ? PATIENCE_MS : SILENCE_MS, () =>
    ended.resolve(behind === "closes its side" ? "hangs" : Buffer.concat(said).toString("latin1")),
  );
  for (const piece of pieces) {
    if (socket.writable) socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (behind === "closes its side") socket.end();
  if (behind === "breaks off") socket.resetAndDestroy();
  const answer = await ended.promise;
  socket.destroy();
  return answer;
}

function findProblem(answer: string): string | undefined {
  if (answer === "hangs") return answer;
  const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
  if (answer !== "" && statuses.length === 0) return `answered ${JSON.stringify(answer.slice(0, 200))}`;
  const wrong = statuses.find((status) => (status < 400 || status > 499) && status !== 100);
  return wrong === undefined ? undefined : `answered with ${wrong}`;
}

function describe(sending: Sending | undefined): string {
  const bytes = Buffer.concat(sending?.pieces ?? []).toString("latin1");
  return `${JSON.stringify(bytes.slice(0, 400))}, ${sending?.behind}`;
}

async function stateOf(): Promise<unknown> {
  const { batch } = used;
  const { jobQueues } = await batch.describeJobQueues({});
  const { computeEnvironments } = await batch.describeComputeEnvironments({});
  const { jobDefinitions } = await batch.describeJobDefinitions({});
  return { jobQueues, computeEnvironments, jobDefinitions };
}
