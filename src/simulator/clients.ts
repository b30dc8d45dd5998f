import type { ApiRequest, ApiResponse } from "../api/http.ts";
import type { SeededRandom } from "../lib/seeded-random.ts";
import type { BatchOperations, SubmitJobRequest, SubmitJobResponse } from "../model/batch.ts";
import { StoreWriteError } from "../store/store.ts";
import { Crash } from "./crash-switch.ts";
import type { Submission } from "./load.ts";
import { SCOPE } from "./server-life.ts";
import type { ServerLife } from "./server-life.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How long a client waits before it asks again where there was no answer, or a server's fault. */
const TRY_AGAIN_MS = { min: 500, max: 20_000 };

/** Ids of so many submissions are kept for those that wait for them. */
const KEPT_IDS = 100;

const CONTEXT = {
  scope: SCOPE,
  principal: `arn:aws:iam::${SCOPE.accountId}:root`,
  requestId: "00000000-0000-4000-8000-000000000000",
};

export interface ClientsOptions {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly handledPercent: number;
  /** Undefined while there is none. */
  readonly server: () => ServerLife | undefined;
  /** Queues are closed and deleted, and come back: their jobs are submitted again until they are taken. */
  readonly areQueuesChanging: boolean;
  readonly onAcknowledged: (jobId: string) => void;
  /** An answer that no client should get. */
  readonly onWrongAnswer: (message: string) => void;
}

/** Those who submit jobs and end them: they try again until they get an answer. */
export class Clients {
  readonly #options: ClientsOptions;
  /** By the index of the submission; undefined until it is acknowledged. */
  readonly #jobIds = new Map<number, string | undefined>();
  #waitingCount = 0;
  #messageCount = 0;

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  /** Submissions without an answer yet. */
  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** Requests that reached a server, and answers that came back. */
  get messageCount(): number {
    return this.#messageCount;
  }

  async submit(submission: Submission): Promise<void> {
    this.#waitingCount += 1;
    this.#jobIds.set(submission.index, undefined);
    this.#jobIds.delete(submission.index - KEPT_IDS);
    await this.#try(submission);
  }

  /** Asks and expects to be served, as for what is there before the first job comes. */
  async make<Name extends keyof BatchOperations>(
    name: Name,
    input: BatchOperations[Name]["input"],
  ): Promise<void> {
    const response = await this.#options.server()?.handle(requestOf(name, input));
    this.#messageCount += 2;
    if (response?.status !== 200) this.#options.onWrongAnswer(`${name}: ${String(response?.body)}`);
  }

  async #try(submission: Submission): Promise<void> {
    const input = this.#inputOf(submission);
    const server = this.#options.server();
    const answer = input === undefined || server === undefined ? undefined : await this.#ask(server, input);
    if (answer === undefined) {
      const { time, random } = this.#options;
      time.after(random.between(TRY_AGAIN_MS.min, TRY_AGAIN_MS.max), () => this.#try(submission));
      return;
    }
    this.#messageCount += 1;
    this.#waitingCount -= 1;
    if (answer === "refused") return;
    if (this.#jobIds.has(submission.index)) this.#jobIds.set(submission.index, answer.jobId);
    this.#options.onAcknowledged(answer.jobId);
    if (submission.endedAfterMs !== undefined) this.#endLater(answer.jobId, submission.endedAfterMs);
  }

  /** Undefined while the id of a job that it waits for is not known. */
  #inputOf({ input, waitsFor }: Submission): SubmitJobRequest | undefined {
    if (waitsFor.length === 0) return input;
    // What is too long ago to be known is waited for no more.
    const known = waitsFor.filter(({ index }) => this.#jobIds.has(index));
    const dependsOn = known.map(({ index, type }) => ({
      jobId: this.#jobIds.get(index),
      ...(type !== undefined && { type }),
    }));
    if (dependsOn.some(({ jobId }) => jobId === undefined)) return undefined;
    return { ...input, dependsOn: [...(input.dependsOn ?? []), ...dependsOn] };
  }

  /** Undefined where there was no answer, or the server was at fault: the client cannot know what became of it. */
  async #ask(
    server: ServerLife,
    input: SubmitJobRequest,
  ): Promise<SubmitJobResponse | "refused" | undefined> {
    this.#messageCount += 1;
    const { random, handledPercent, onWrongAnswer } = this.#options;
    if (!random.chance(handledPercent)) return this.#callSubmit(server, input);
    const { status, body } = await server.handle(requestOf("SubmitJob", input));
    // Handlers answer what they are asked in the form that the model gives it.
    if (status === 200) return JSON.parse(textOf(body)) as SubmitJobResponse;
    if (status >= 500 || this.#isRefusedForNow(textOf(body))) return undefined;
    onWrongAnswer(`SubmitJob: ${textOf(body)}`);
    return "refused";
  }

  async #callSubmit(server: ServerLife, input: SubmitJobRequest): Promise<SubmitJobResponse | undefined> {
    try {
      return await server.operations.SubmitJob(input, CONTEXT);
    } catch (error) {
      const isToBeExpected = isFault(error) || this.#isRefusedForNow(String(error));
      if (!isToBeExpected) this.#options.onWrongAnswer(`SubmitJob: ${String(error)}`);
      return undefined;
    }
  }

  #isRefusedForNow(text: string): boolean {
    return this.#options.areQueuesChanging && QUEUE_CLOSED.test(text);
  }

  #endLater(jobId: string, delayMs: number): void {
    const { time, random } = this.#options;
    const name = random.chance(50) ? "CancelJob" : "TerminateJob";
    const end = async (): Promise<void> => {
      const response = await this.#options
        .server()
        ?.handle(requestOf(name, { jobId, reason: "by a client" }));
      if (response !== undefined) this.#messageCount += 2;
      const isAnswered = response !== undefined && response.status < 500;
      if (!isAnswered) time.after(random.between(TRY_AGAIN_MS.min, TRY_AGAIN_MS.max), end);
    };
    time.after(delayMs, end);
  }
}

/** Tells what a server that failed throws from what it refuses with a reason. */
export function isFault(error: unknown): boolean {
  return error instanceof Crash || error instanceof StoreWriteError;
}

const QUEUE_CLOSED = /JobQueue \S+ (?:not found|is not in ENABLED state|is being deleted)\./;

const HEADERS = { host: "localhost:8080" };

export function requestOf(operation: string, input: object): ApiRequest {
  return {
    method: "POST",
    target: `/v1/${operation.toLowerCase()}`,
    headers: HEADERS,
    body: Buffer.from(JSON.stringify(input)),
  };
}

export function textOf(body: ApiResponse["body"]): string {
  return typeof body === "string" ? body : Buffer.from(body).toString("utf8");
}
