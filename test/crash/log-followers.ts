import { setTimeout as sleep } from "node:timers/promises";
import type { AwsClients } from "../support/aws-clients.ts";
import { ask } from "./ask.ts";
import type { CrashRecord } from "./crash-record.ts";
import { LOG_GROUP, readLogPage } from "./read-log.ts";

/** Logs that are followed at one time. */
const FOLLOWED_MAX = 6;
const PAUSE_MS = 100;

/** A log that is read while its job writes it: from the token that the page before gave, across restarts. */
interface FollowedLog {
  readonly streamName: string;
  token?: string;
  readonly lines: string[];
}

/** Reads the logs of some jobs as they grow. */
export class LogFollowers {
  readonly #record: CrashRecord;
  readonly #logs = new Map<string, FollowedLog>();

  constructor(record: CrashRecord) {
    this.#record = record;
  }

  /** What was read of each stream, by its name. */
  get lines(): ReadonlyMap<string, readonly string[]> {
    return new Map([...this.#logs].map(([name, { lines }]) => [name, lines]));
  }

  async work(clients: AwsClients, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.#choose(clients);
      for (const log of this.#ongoing()) await this.#readOn(clients, log);
      await sleep(PAUSE_MS);
    }
  }

  /** Reads to the ends, when all jobs have ended. */
  async finish(clients: AwsClients): Promise<void> {
    for (const log of this.#logs.values()) while (await this.#readOn(clients, log));
  }

  #ongoing(): readonly FollowedLog[] {
    return [...this.#logs.values()].slice(-FOLLOWED_MAX);
  }

  /** Takes up the log of a running job that writes for a while. */
  async #choose({ batch }: AwsClients): Promise<void> {
    const jobId = [...this.#record.openJobs.keys()].findLast(
      (openJobId) => this.#record.statusOf(openJobId) === "RUNNING",
    );
    if (jobId === undefined) return;
    const answer = await ask(batch.describeJobs({ jobs: [jobId] }));
    this.#record.fateOf("DescribeJobs", answer);
    const [job] = answer.fate === "answered" ? (answer.value.jobs ?? []) : [];
    const streamName = job?.container?.logStreamName;
    if (streamName === undefined || this.#logs.has(streamName)) return;
    this.#logs.set(streamName, { streamName, lines: [] });
  }

  /** False if nothing new was there. */
  async #readOn({ logs }: AwsClients, log: FollowedLog): Promise<boolean> {
    const answer = await ask(readLogPage(logs, log.streamName, log.token));
    this.#record.fateOf(`reading ${LOG_GROUP}:${log.streamName}`, answer);
    if (answer.fate !== "answered") return false;
    const { lines, token } = answer.value;
    const isAtEnd = token === log.token;
    log.lines.push(...lines);
    log.token = token;
    return !isAtEnd;
  }
}
