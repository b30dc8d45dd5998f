import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface FakeAnswer {
  /** 0: the connection is cut instead. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface FakeRequest {
  readonly operation: string;
  readonly input: unknown;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/**
 * What is answered to an operation: always the same, or one after the other with the last for all that follow, or by
 * what is asked.
 */
type Answers = Readonly<
  Record<string, FakeAnswer | readonly FakeAnswer[] | ((input: unknown) => FakeAnswer)>
>;

export function ok(body: unknown): FakeAnswer {
  return { body };
}

export function refusal(message: string, type = "ClientException", status = 400): FakeAnswer {
  return { status, headers: { "x-amzn-errortype": type }, body: { message } };
}

/** A server that gives canned answers to AWS's operations and writes down what it was asked. */
export class FakeAws implements AsyncDisposable {
  readonly url: string;
  readonly requests: readonly FakeRequest[];
  readonly #close: () => Promise<void>;

  static async start(answers: Answers): Promise<FakeAws> {
    const requests: FakeRequest[] = [];
    const counts = new Map<string, number>();
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        const target = request.headers["x-amz-target"]?.toString().split(".").at(1);
        const operation = target ?? request.url?.replace("/v1/", "") ?? "";
        const input = JSON.parse(body || "{}") as unknown;
        requests.push({ operation, input, headers: request.headers });
        const count = counts.get(operation) ?? 0;
        counts.set(operation, count + 1);
        const chosen = answers[operation];
        const listed = Array.isArray(chosen) ? (chosen[count] ?? chosen.at(-1)) : chosen;
        const answer = typeof chosen === "function" ? chosen(input) : listed;
        const { status = 200, headers = {}, body: shape } = (answer ?? UNEXPECTED) as FakeAnswer;
        if (status === 0) return request.socket.destroy();
        response.writeHead(status, { "content-type": "application/json", ...headers });
        return response.end(JSON.stringify(shape));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FakeAws(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    });
  }

  private constructor(url: string, requests: readonly FakeRequest[], close: () => Promise<void>) {
    this.url = url;
    this.requests = requests;
    this.#close = close;
  }

  /** The inputs that an operation was asked with. */
  inputsOf(operation: string): readonly unknown[] {
    return this.requests.filter((request) => request.operation === operation).map(({ input }) => input);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

const UNEXPECTED: FakeAnswer = {
  status: 400,
  headers: { "x-amzn-errortype": "UnexpectedByTheTest" },
  body: { message: "the test did not expect this operation" },
};
