import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";

interface Answer {
  readonly status?: number;
  readonly body: string;
  /** The connection is cut behind the body. */
  readonly isCut?: boolean;
}

/** A server that gives canned answers, one after the other, and writes down what it was asked. */
class FakeServer implements AsyncDisposable {
  readonly asked: Pick<IncomingMessage, "url" | "headers">[] = [];
  readonly url: string;
  readonly #close: () => Promise<void>;

  static async start(...answers: readonly Answer[]): Promise<FakeServer> {
    const asked: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      const { status = 200, body, isCut } = answers[asked.length] ?? { status: 500, body: "" };
      asked.push(request);
      const type = status === 200 ? "text/event-stream" : "application/json";
      response.writeHead(status, { "content-type": type }).write(body, () => {
        if (isCut === true) response.destroy();
        else response.end();
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FakeServer(server.address() as AddressInfo, asked, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    });
  }

  private constructor({ port }: AddressInfo, asked: IncomingMessage[], close: () => Promise<void>) {
    this.url = `http://127.0.0.1:${port}`;
    this.asked = asked;
    this.#close = close;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

const JOB = { jobId: "0f3c5e8a-0000-4000-8000-00000000abcd", jobName: "nightly" };

function told(id: number, time: string, detail: object, type = "Batch Job State Change"): string {
  const document = { version: "0", "detail-type": type, time, detail: { ...JOB, ...detail } };
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(document)}\n\n`;
}

const RUNNING = told(7, "2026-02-28T23:59:59Z", { status: "RUNNING" });
const FAILED = told(8, "2026-03-01T00:00:01Z", {
  status: "FAILED",
  statusReason: "Essential container in task exited",
  container: { exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" },
});

describe("batchyard events", () => {
  test("shows a line for each, cut at the terminal's width, and the day when it changes", async () => {
    await using server = await FakeServer.start({ body: `retry: 1000\nid: 6\n\n${RUNNING}${FAILED}` });
    const { output, exitCode } = await runCli(["events", "--endpoint", server.url], { isTerminal: true });
    expect(output).toBe(
      [
        "2026-02-28 (UTC)",
        "23:59:59  RUNNING    0000abcd  nightly",
        "2026-03-01 (UTC)",
        "00:00:01  FAILED     0000abcd  nightly  exit 137, OutOfMemoryError: Container k…",
        "",
      ].join("\n"),
    );
    expect(exitCode).toBe(0);
    expect(server.asked.map(({ url }) => url)).toEqual(["/events?since=0&follow=no"]);
    expect(server.asked[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=.*\/batch\//);
  });

  test("says which job blocks its queue, and why", async () => {
    const statusReason = "ACTION_REQUIRED - CE(s) associated with the job queue are invalid.";
    const detail = { status: "RUNNABLE", statusReason };
    const body = told(9, "2026-03-01T00:00:01Z", detail, "Batch Job Queue Blocked");
    await using server = await FakeServer.start({ body });
    const { output } = await runCli(["events", "--endpoint", server.url]);
    expect(output).toContain(`RUNNABLE   0000abcd  nightly  blocks its queue: ${statusReason}\n`);
  });

  test("prints what the server sends for programs, and goes on behind the last after a lost connection", async () => {
    await using server = await FakeServer.start({ body: RUNNING, isCut: true }, { body: FAILED });
    const { output } = await runCli(["events", "--endpoint", server.url, "--output", "json"]);
    const lines = output.trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { detail: { status: string } }).detail.status)).toEqual([
      "RUNNING",
      "FAILED",
    ]);
    expect(server.asked.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "7"]);
  });

  test("says what is kept no more", async () => {
    const gap = 'id: 90\nevent: gap\ndata: {"reason":"removed","after":4,"to":90}\n\n';
    await using server = await FakeServer.start({ body: gap });
    const { output, errors } = await runCli(["events", "--endpoint", server.url, "--since", "4"]);
    expect(output).toBe("");
    expect(errors).toBe("batchyard: events 5 to 90 are kept no more\n");
  });

  test.each([
    ["4711", "4711"],
    ["2026-01-02T03:04:05Z", "2026-01-02T03%3A04%3A05.000Z"],
    ["2h", "2026-03-01T10%3A00%3A00.000Z"],
  ])("--since %s asks for what follows %s", async (since, asked) => {
    await using server = await FakeServer.start({ body: "" });
    await runCli(["events", "--endpoint", server.url, "--since", since]);
    expect(server.asked[0]?.url).toBe(`/events?since=${asked}&follow=no`);
  });

  test.each(["yesterday", "-3", "2026-99-99"])("refuses --since %s", async (since) => {
    const { exitCode, errors } = await runCli(["events", `--since=${since}`]);
    expect(exitCode).toBe(2);
    expect(errors).toContain("It must be a sequence (4711), a time (2026-01-02T03:04:05Z)");
  });

  test("says that AWS has none, and so does a server that is none of ours", async () => {
    const aws = await runCli(["events", "--endpoint", "https://batch.us-east-1.amazonaws.com"], {
      environment: { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" },
    });
    expect([aws.exitCode, aws.errors]).toEqual([
      1,
      "batchyard: AWS keeps no log of events that can be read\n  Send them somewhere by a rule of EventBridge: source aws.batch.\n",
    ]);
    await using server = await FakeServer.start({ status: 404, body: "not here" });
    const { exitCode, errors } = await runCli(["events", "--endpoint", server.url]);
    expect(exitCode).toBe(1);
    expect(errors).toContain("has no log of events (HTTP 404)");
  });

  test("passes on why the server refuses", async () => {
    const body = JSON.stringify({ __type: "MissingAuthenticationTokenException", message: "Not signed" });
    await using server = await FakeServer.start({ status: 403, body });
    const { exitCode, errors } = await runCli(["events", "--endpoint", server.url]);
    expect([exitCode, errors.split("\n")[0]]).toEqual([1, "batchyard: Not signed"]);
  });
});
