import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsClients } from "../support/aws-clients.ts";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { ServerEnded, ServerProcess } from "../support/server-process.ts";
import { findMistakes } from "./checks.ts";
import { CrashRecord } from "./crash-record.ts";
import { endAllJobs } from "./end-all-jobs.ts";
import { readFinalFacts } from "./final-facts.ts";
import { definitionRequest, JobClient, QUEUES, watchJobs } from "./job-load.ts";
import type { ClientSignals } from "./job-load.ts";
import { findHits, HITS } from "./kill-evidence.ts";
import type { Hit, Phase } from "./kill-evidence.ts";
import { killMoment, restartMoment, Signal } from "./kill-moment.ts";
import { endProcesses, findLeftovers, waitForJobProcesses } from "./leftovers.ts";
import { LogFollowers } from "./log-followers.ts";
import { MarksFolder } from "./marks.ts";
import { ResourceClient } from "./resource-client.ts";
import { makeLogGroup, RESOURCE_KINDS } from "./resource-kinds.ts";

export interface CrashRunOptions {
  /** Decides what is asked of the server and when it is killed, as far as a program can decide that. */
  readonly seed: number;
  readonly killCount: number;
  /** Told what happens, in a line each. */
  readonly say?: (text: string) => void;
}

export interface CrashReport {
  readonly seed: number;
  readonly killCount: number;
  readonly jobCount: number;
  readonly attemptCount: number;
  /** Submissions whose answer was lost. */
  readonly lostCount: number;
  /** In how many kills each was found. */
  readonly hits: ReadonlyMap<Hit, number>;
  readonly missedPhases: readonly Phase[];
  readonly mistakes: readonly string[];
  /** Where everything is, kept if there was a mistake. */
  readonly folder: string;
}

const PHASES: readonly Phase[] = ["submit", "start", "run", "stop", "finish", "commit", "restart"];
/** Kills beyond those asked for, aimed at phases that were not hit. */
const EXTRA_KILLS_MAX = 20;
const JOB_CLIENTS = 4;
const WATCH_PAUSE_MS = 150;

/**
 * Kills a server with SIGKILL, at moments that the seed draws, while clients work with it, and starts it again on the
 * same data, over and over. At the end everything has to be as it was acknowledged; what is not, the report says.
 */
export async function runCrashTest(options: CrashRunOptions): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-crash-"));
  try {
    const report = await new CrashRun(folder, options).run();
    if (report.mistakes.length === 0) rmSync(folder, { recursive: true, maxRetries: 5 });
    return report;
  } catch (error) {
    throw new Error(`the run broke off; everything is in ${folder}`, { cause: error });
  } finally {
    endProcesses(folder);
  }
}

/** A client that works until it is over. */
type Work = (clients: AwsClients, isOver: () => boolean) => Promise<void>;

class CrashRun {
  readonly #folder: string;
  readonly #dataDir: string;
  readonly #options: CrashRunOptions;
  readonly #random: SeededRandom;
  readonly #marks: MarksFolder;
  readonly #record = new CrashRecord();
  readonly #followers = new LogFollowers(this.#record);
  readonly #signals: ClientSignals = { submissions: new Signal(), terminations: new Signal() };
  readonly #hits = new Map<Hit, number>();
  readonly #works: readonly Work[];
  #killCount = 0;

  constructor(folder: string, options: CrashRunOptions) {
    this.#folder = folder;
    this.#dataDir = join(folder, "data");
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#marks = new MarksFolder(join(folder, "marks"));
    this.#works = this.#createWorks();
  }

  async run(): Promise<CrashReport> {
    const { seed, killCount } = this.#options;
    await this.#prepare();
    for (const aim of this.#aims(killCount)) await this.#kill(aim);
    for (let extra = 0; extra < EXTRA_KILLS_MAX; extra += 1) {
      const [missed] = this.#missedPhases();
      if (missed !== undefined) await this.#kill(missed);
    }
    const attemptCount = await this.#finish();
    const { submissions, mistakes } = this.#record;
    return {
      seed,
      killCount: this.#killCount,
      jobCount: submissions.filter(({ fate }) => fate === "answered").length,
      lostCount: submissions.filter(({ fate }) => fate === "lost").length,
      attemptCount,
      hits: this.#hits,
      missedPhases: this.#missedPhases(),
      mistakes,
      folder: this.#folder,
    };
  }

  #createWorks(): readonly Work[] {
    let lastNumber = 0;
    const nextNumber = (): number => (lastNumber += 1);
    const record = this.#record;
    const workers = [
      ...Array.from(
        { length: JOB_CLIENTS },
        () => new JobClient(record, this.#random.fork(), nextNumber, this.#signals),
      ),
      ...RESOURCE_KINDS.map((kind) => new ResourceClient(record, kind, this.#random.fork())),
      this.#followers,
    ];
    return [
      ...workers.map(
        (worker): Work =>
          (clients, isOver) =>
            worker.work(clients, isOver),
      ),
      (clients, isOver) => watchJobs(clients, record, { isOver, pauseMs: WATCH_PAUSE_MS }),
    ];
  }

  /** Each phase is aimed at equally often, in an order of the seed's. */
  #aims(count: number): readonly Phase[] {
    const aims: Phase[] = [];
    while (aims.length < count) aims.push(...this.#random.shuffled(PHASES));
    return aims.slice(0, count);
  }

  #missedPhases(): readonly Phase[] {
    const hit = new Set([...this.#hits.keys()].map((found) => HITS[found]));
    return PHASES.filter((phase) => !hit.has(phase));
  }

  async #prepare(): Promise<void> {
    await using server = await this.#startServer();
    const clients = new AwsClients(server.url);
    await makeEnvironment(clients.batch, QUEUES.work, { maxvCpus: 24 });
    await makeEnvironment(clients.batch, QUEUES.held, { maxvCpus: 1 });
    for (const name of Object.values(QUEUES)) await makeQueue(clients.batch, name, [name]);
    await clients.batch.registerJobDefinition(definitionRequest(this.#marks.path));
    await makeLogGroup(clients);
    clients.destroy();
  }

  async #kill(aim: Phase): Promise<void> {
    this.#killCount += 1;
    const found = aim === "restart" ? await this.#killWhileStarting() : await this.#killUnderLoad(aim);
    for (const hit of found) this.#hits.set(hit, (this.#hits.get(hit) ?? 0) + 1);
    const jobCount = this.#record.submissions.length;
    const hits = [...found].join("; ") || "nothing";
    this.#options.say?.(`kill ${this.#killCount}, aimed at ${aim}, ${jobCount} jobs so far: hit ${hits}`);
  }

  async #killUnderLoad(aim: Exclude<Phase, "restart">): Promise<ReadonlySet<Hit>> {
    await using server = await this.#startServer();
    const clients = new AwsClients(server.url);
    const submittedBefore = this.#record.submissions.length;
    let isOver = false;
    const work = Promise.all(this.#works.map((begin) => begin(clients, () => isOver)));
    const moment = killMoment(
      aim,
      {
        dataDir: this.#dataDir,
        marks: this.#marks,
        ...this.#signals,
      },
      this.#random,
    );
    await Promise.race([moment, work]);
    const ending = await server.end("SIGKILL");
    isOver = true;
    await work;
    clients.destroy();
    if (ending !== "SIGKILL") this.#record.mistakes.push(`the server ended by itself, with ${ending}`);
    this.#noteErrors(server);
    const lostSubmissions = this.#record.submissions
      .slice(submittedBefore)
      .filter(({ fate }) => fate === "lost");
    return findHits({ dataDir: this.#dataDir, marks: this.#marks, lostSubmissions });
  }

  async #killWhileStarting(): Promise<ReadonlySet<Hit>> {
    const moment = Promise.withResolvers<void>();
    const starting = this.#startServer((kill) => {
      void restartMoment(this.#dataDir, this.#random).then(() => moment.resolve(kill()));
    });
    try {
      await using server = await starting;
      await moment.promise;
      await server.end("SIGKILL");
      return new Set();
    } catch (error) {
      const wasKilled = error instanceof ServerEnded && error.exitCode === null;
      if (!wasKilled) throw error;
      return new Set(["restart: not ready yet"]);
    }
  }

  /** Waits for the end of all jobs, ends the server and holds what there is against what was acknowledged. */
  async #finish(): Promise<number> {
    const { mistakes } = this.#record;
    await using server = await this.#startServer();
    const clients = new AwsClients(server.url);
    this.#options.say?.("no more kills: waits for the end of all jobs");
    const haveAllEnded = await endAllJobs(clients, this.#record);
    await this.#followers.finish(clients);
    const facts = await readFinalFacts(clients, this.#record, {
      marks: this.#marks,
      followedLogs: this.#followers.lines,
    });
    mistakes.push(...findMistakes(this.#record, facts));
    // What has not ended is a mistake already, and has processes.
    if (haveAllEnded) mistakes.push(...(await waitForJobProcesses(this.#marks.path)));
    clients.destroy();
    const ending = await server.end("SIGTERM");
    if (ending !== 0) mistakes.push(`the server ended with ${ending} when it was told to end`);
    this.#noteErrors(server);
    if (haveAllEnded) mistakes.push(...(await findLeftovers(this.#dataDir)));
    return facts.jobs.reduce((sum, { attempts }) => sum + attempts.length, 0);
  }

  async #startServer(onSpawn?: (kill: () => void) => void): Promise<ServerProcess> {
    return ServerProcess.start({
      dataDir: this.#dataDir,
      // More vCPUs than the environment takes, so that the machine's size changes nothing.
      flags: ["--bare", "--log-level", "warn", "--vcpu-overcommit", "64"],
      ...(onSpawn !== undefined && { onSpawn: (child) => onSpawn(() => void child.kill("SIGKILL")) }),
    });
  }

  /** The server's own log speaks of no failure. */
  #noteErrors({ errorOutput }: ServerProcess): void {
    const failures = errorOutput.split("\n").filter((line) => /^\{"level":[56]0,/.test(line));
    this.#record.mistakes.push(...failures.map((line) => `the server's log says ${line}`));
  }
}
