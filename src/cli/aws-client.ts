import aws4 from "aws4";
import type { BatchOperationName, BatchOperations } from "../model/batch.ts";
import type { LogsOperationName, LogsOperations } from "../model/logs.ts";
import { CliError, RefusedError, ServerAwayError } from "./cli-error.ts";
import type { Identity } from "./credentials.ts";
import type { Endpoint } from "./endpoint.ts";
import { exchange } from "./http.ts";
import type { HttpAnswer } from "./http.ts";
import type { Surroundings } from "./surroundings.ts";

interface Connection extends Identity {
  readonly endpoint: Endpoint;
}

export interface AskOptions {
  readonly signal?: AbortSignal;
  /** Sent, but not signed: no part of AWS's protocol. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer<T> {
  readonly output: T;
  readonly headers: HttpAnswer["headers"];
}

interface Call {
  readonly service: "batch" | "logs";
  readonly operation: string;
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Pauses before the second try and those that follow. */
const RETRY_PAUSES_MS = [100, 300, 1_000, 3_000];

const ANSWER_WAIT_MAX_MS = 60_000;

/** What a connection fails with before anything was sent. */
const NOT_SENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH", "ENOENT"];

/** An https request was answered by what does not speak TLS; nothing was sent. */
const NO_TLS = "no TLS";

/** Asked twice, it would be done twice. */
const NOT_REPEATABLE: readonly string[] = ["SubmitJob"] satisfies BatchOperationName[];

const LOOK_FIRST = "Look with `batchyard ls` before you submit it again.";

/** A client of AWS's own operations, at AWS or elsewhere: signs, tries again, and turns failures into sentences. */
export class AwsClient {
  readonly connection: Connection;
  readonly #surroundings: Pick<Surroundings, "pause">;
  constructor(connection: Connection, surroundings: Pick<Surroundings, "pause">) {
    this.connection = connection;
    this.#surroundings = surroundings;
  }

  async batch<Name extends BatchOperationName>(
    operation: Name,
    input: BatchOperations[Name]["input"],
    options: AskOptions = {},
  ): Promise<BatchOperations[Name]["output"]> {
    const call: Call = {
      service: "batch",
      operation,
      method: "POST",
      url: `${this.connection.endpoint.batchUrl}/v1/${operation.toLowerCase()}`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input),
    };
    return (await this.#ask<BatchOperations[Name]["output"]>(call, options)).output;
  }

  async logs<Name extends LogsOperationName>(
    operation: Name,
    input: LogsOperations[Name]["input"],
    options: AskOptions = {},
  ): Promise<Answer<LogsOperations[Name]["output"]>> {
    const call: Call = {
      service: "logs",
      operation,
      method: "POST",
      url: `${this.connection.endpoint.logsUrl}/`,
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `Logs_20140328.${operation}`,
      },
      body: JSON.stringify(input),
    };
    return await this.#ask<LogsOperations[Name]["output"]>(call, options);
  }

  /** What a server of one's own answers besides: no operation of AWS's, but signed as those of Batch. */
  async own<Output>(method: Call["method"], path: string, input?: object): Promise<Output> {
    const call: Call = {
      service: "batch",
      operation: path.replace(/\?.*$/, ""),
      method,
      url: `${this.connection.endpoint.batchUrl}${path}`,
      headers: { "content-type": "application/json" },
      body: input === undefined ? "" : JSON.stringify(input),
    };
    return (await this.#ask<Output>(call, {})).output;
  }

  async #ask<Output>(call: Call, options: AskOptions): Promise<Answer<Output>> {
    for (let tryIndex = 0; ; tryIndex += 1) {
      const outcome = await this.#try(call, options);
      if (typeof outcome !== "string" && outcome.status === 200) {
        return { output: parseOutput(outcome, call) as Output, headers: outcome.headers };
      }
      const pauseMs = RETRY_PAUSES_MS[tryIndex];
      if (pauseMs === undefined || !mayTryAgain(outcome, call)) throw this.#explain(outcome, call);
      await this.#surroundings.pause(pauseMs, options.signal);
      options.signal?.throwIfAborted();
    }
  }

  /** The answer, or the code of what went wrong on the way. */
  async #try(call: Call, { signal, headers = {} }: AskOptions): Promise<HttpAnswer | string> {
    const { credentials, region } = this.connection;
    const { host, pathname, search } = new URL(call.url);
    const { service, body, method } = call;
    const signed = aws4.sign(
      { method, host, path: `${pathname}${search}`, headers: { ...call.headers }, body, service, region },
      credentials,
    );
    const deadline = AbortSignal.timeout(ANSWER_WAIT_MAX_MS);
    try {
      return await exchange(call.url, {
        method,
        headers: { ...signed.headers, ...headers },
        body,
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      return deadline.aborted ? "no answer in 60 s" : failureCode(error);
    }
  }

  #explain(outcome: HttpAnswer | string, { operation, url, service }: Call): CliError {
    const { isAws } = this.connection.endpoint;
    const place = new URL(url).origin;
    if (typeof outcome !== "string") {
      return NOT_REPEATABLE.includes(operation) && isPerhapsServed(outcome)
        ? new CliError(
            `${place} answered HTTP ${outcome.status}, which may be a proxy's: the job may have been submitted`,
            LOOK_FIRST,
          )
        : explainRefusal(outcome, operation, place);
    }
    if (outcome === NO_TLS) {
      const plain = place.replace(/^https:/, "http:");
      return new CliError(
        `what answers at ${place} does not speak https`,
        `It may speak http: try --endpoint ${plain}`,
      );
    }
    if (NOT_SENT.includes(outcome)) {
      const remedy = isAws
        ? "Check the network and the region."
        : `Start one with \`batchyard serve\`, or name another with --endpoint URL.`;
      return new ServerAwayError(`no server answers at ${place} (${outcome})`, remedy);
    }
    if (NOT_REPEATABLE.includes(operation)) {
      return new CliError(
        `the connection to ${place} was lost before the answer (${outcome}): the job may have been submitted`,
        LOOK_FIRST,
      );
    }
    return new ServerAwayError(
      `${place} did not answer ${operation} (${outcome})`,
      service === "batch" ? "Try again, or look at the server's own log." : "Try again.",
    );
  }
}

/** Throttling and the service's own failures pass; so do lost connections, unless the request may have been served. */
function mayTryAgain(outcome: HttpAnswer | string, { operation }: Call): boolean {
  const isRepeatable = !NOT_REPEATABLE.includes(operation);
  if (outcome === NO_TLS) return false;
  if (typeof outcome === "string") return !NOT_SENT.includes(outcome) && isRepeatable;
  return outcome.status === 429 || (outcome.status >= 500 && (isRepeatable || !isPerhapsServed(outcome)));
}

/**
 * Whether a request may have been served for all that its answer is a failure.
 *
 * A proxy answers 502, 503 or 504 also where it sent the request on and has lost the answer, so such an answer says
 * nothing of the request. 500 and 503 with an error of AWS's form are the service's own word that it has failed, which
 * AWS's SDKs take for leave to try again: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
function isPerhapsServed(answer: HttpAnswer): boolean {
  if (answer.status < 500) return false;
  const isOwn = (answer.status === 500 || answer.status === 503) && errorTypeOf(answer) !== "";
  return !isOwn;
}

function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message.includes("wrong version number")) return NO_TLS;
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

function parseOutput({ status, text }: HttpAnswer, { operation, url }: Call): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notAws(status, operation, new URL(url).origin);
  }
}

function explainRefusal(answer: HttpAnswer, operation: string, place: string): CliError {
  const { status, text } = answer;
  const body = parseErrorBody(text);
  const named = errorTypeOf(answer);
  if (named === "" && body.message === undefined) return notAws(status, operation, place);
  const type = named.replace(/^.*#|:.*$/g, "");
  const message = withoutWrapper(body.message ?? `${operation} was refused`);
  return new RefusedError(type, message, remedyOf(type, status));
}

/** Empty where the answer is no error of AWS's form. */
function errorTypeOf({ headers, text }: HttpAnswer): string {
  return headers["x-amzn-errortype"]?.toString() ?? parseErrorBody(text).type ?? "";
}

function notAws(status: number, operation: string, place: string): CliError {
  return new CliError(
    `what answers at ${place} is not AWS Batch (HTTP ${status} to ${operation})`,
    "Check --endpoint and the AWS_ENDPOINT_URL variables.",
  );
}

function parseErrorBody(text: string): { readonly type?: string; readonly message?: string } {
  try {
    const { __type: type, message, Message } = JSON.parse(text) as Record<string, string | undefined>;
    const said = message ?? Message;
    return { ...(type !== undefined && { type }), ...(said !== undefined && { message: said }) };
  } catch {
    return {};
  }
}

/** `Error executing request, Exception : ⟨text⟩, RequestId: ⟨uuid⟩` is how AWS Batch wraps some of its sentences. */
function withoutWrapper(message: string): string {
  return message
    .replace(/^Error executing request, Exception : /, "")
    .replace(/, RequestId: [0-9a-f-]+$/, "");
}

function remedyOf(type: string, status: number): string {
  if (status === 429) return "Wait a little and try again.";
  if (status >= 500) return "Try again; if it stays so, look at the server's log.";
  if (/AccessDenied/.test(type)) return "Ask for the permission, or use another profile with --profile.";
  if (/Signature|Token|UnrecognizedClient/.test(type)) {
    return "Check the access key (environment or --profile), the region, and this machine's clock.";
  }
  return "Correct what it names and try again.";
}
