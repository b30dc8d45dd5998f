import { logGroupArn, logStreamArn } from "../../src/batch/arn.ts";
import type { LogStream } from "../../src/batch/log-stream.ts";
import { TemporaryLogs } from "./temporary-logs.ts";
import type { LogsOperations } from "../../src/model/logs.ts";
import { MemoryStore } from "../../src/store/memory/memory-store.ts";
import { Sequencer } from "../../src/store/sequencer.ts";
import type { Operations } from "../../src/api/operation.ts";
import { createLogsOperations } from "../../src/api/services/logs/logs-operations.ts";
import { RecentStreams } from "../../src/api/services/logs/recent-streams.ts";

export const TEST_SCOPE = { accountId: "123456789012", region: "us-east-1" };
const TEST_CONTEXT = {
  scope: TEST_SCOPE,
  principal: "arn:aws:iam::123456789012:root",
  requestId: "00000000-0000-4000-8000-000000000000",
};

type Input<Name extends keyof LogsOperations> = LogsOperations[Name]["input"];
type Output<Name extends keyof LogsOperations> = LogsOperations[Name]["output"];

/** CloudWatch Logs over a store in memory and logs in a folder of their own. */
export class TestLogsService implements AsyncDisposable {
  readonly at: TemporaryLogs;
  readonly store: MemoryStore;
  readonly sequencer: Sequencer;
  readonly recentStreams: RecentStreams;
  readonly operations: Operations<LogsOperations>;
  #idCount = 0;

  static async open(): Promise<TestLogsService> {
    const store = new MemoryStore();
    const at = await TemporaryLogs.open();
    const recentStreams = new RecentStreams({
      store,
      logs: at.logs,
      clock: at.clock,
      state: () => sequencer.state,
    });
    const { noted } = recentStreams;
    const sequencer = await Sequencer.open({
      store: noted,
      runSoon: queueMicrotask,
      wake: () => undefined,
    });
    return new TestLogsService(at, { store, sequencer, recentStreams });
  }

  private constructor(
    at: TemporaryLogs,
    {
      store,
      sequencer,
      recentStreams,
    }: { store: MemoryStore; sequencer: Sequencer; recentStreams: RecentStreams },
  ) {
    this.at = at;
    this.store = store;
    this.sequencer = sequencer;
    this.recentStreams = recentStreams;
    const ids = { uuid: () => this.nextId(), hex: () => this.nextId() };
    this.operations = createLogsOperations({
      sequencer,
      store,
      logs: at.logs,
      recentStreams,
      clock: at.clock,
      ids,
    });
  }

  nextId(): string {
    this.#idCount += 1;
    return `id-${this.#idCount}`;
  }

  call<Name extends keyof LogsOperations>(name: Name, input: Input<Name>): Promise<Output<Name>> {
    const operation = this.operations[name] as (
      input: Input<Name>,
      context: typeof TEST_CONTEXT,
    ) => Promise<Output<Name>>;
    return operation(input, TEST_CONTEXT);
  }

  /** A group with streams that clients put events to. */
  async group(logGroupName: string, ...streamNames: readonly string[]): Promise<void> {
    await this.call("CreateLogGroup", { logGroupName });
    for (const logStreamName of streamNames) {
      await this.call("CreateLogStream", { logGroupName, logStreamName });
    }
  }

  async put(logGroupName: string, logStreamName: string, ...messages: readonly string[]): Promise<void> {
    const logEvents = messages.map((message) => ({ timestamp: this.at.clock.ms, message }));
    await this.call("PutLogEvents", { logGroupName, logStreamName, logEvents });
  }

  /** A stream as the engine makes it for a job; the group is there. */
  async jobStream(
    groupName: string,
    name: string,
    jobId?: string,
    multilinePattern?: string,
  ): Promise<LogStream> {
    const logStream: LogStream = {
      scope: TEST_SCOPE,
      groupName,
      name,
      arn: logStreamArn(TEST_SCOPE, groupName, name),
      streamId: this.nextId(),
      writer: "job",
      ...(jobId !== undefined && { jobId }),
      ...(multilinePattern !== undefined && { multilinePattern }),
      createdAtMs: this.at.clock.ms,
    };
    const changes = [{ kind: "log-stream-put" as const, logStream }];
    await this.sequencer.decide(() => ({ changes, answer: undefined }));
    return logStream;
  }

  groupArn(name: string): string {
    return logGroupArn(TEST_SCOPE, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.at[Symbol.asyncDispose]();
  }
}
