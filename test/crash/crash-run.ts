import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsClients } from "../support/aws-clients.ts";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { SeededRandom } from "../../src/lib/seeded-random.ts";
import { ServerEnded, ServerProcess } from "../support/server-process.ts";
import { countComposites } from "./check-composites.ts";
import { checkEvents } from "./check-events.ts";
import { findMistakes } from "./checks.ts";
import { CompositeClient, compositeDefinitions } from "./composite-load.ts";
import { CrashRecord } from "./crash-record.ts";
import { endAllJobs } from "./end-all-jobs.ts";
import { EventFollower } from "./event-follower.ts";
import { readFinalFacts } from "./final-facts.ts";
import type { AttemptFacts } from "./final-facts.ts";
import { definitionRequest, JobClient, QUEUES, watchJobs } from "./job-load.ts";
import type { ClientSignals } from "./job-load.ts";
import { findHits, HITS } from "./kill-evidence.ts";
import type { Hit, Phase } from "./kill-evidence.ts";
import { killMoment, restartMoment, Signal } from "./kill-moment.ts";
import { endProcesses } from "../support/found-processes.ts";
import { SHORT_KINDS, ALL_KINDS } from "./job-plans.ts";
import { findJobLeftovers, findServerLeftovers } from "./leftovers.ts";
import { LogFollowers } from "./log-followers.ts";
import { MarksFolder } from "./marks.ts";
import { EngineOutages, saysHostLost } from "./outages.ts";
import { OverlapWatch } from "./overlap-watch.ts";
import type { ProviderUnderTest } from "./provider-under-test.ts";
import { ResourceClient } from "./resource-client.ts";
import { makeLogGroup, RESOURCE_KINDS } from "./resource-kinds.ts";

export interface CrashRunOptions {
  /** Decides what is asked of the server and when it is killed, as far as a program can decide that. */
  readonly seed: number;
  readonly killCount: number;
  readonly provider: ProviderUnderTest;
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
  /** Times that the engine was taken away, and attempts that went down with it. */
  readonly outageCount: number;
  readonly hostLossCount: number;
  /** Jobs of many parts, and those that waited for others, that nobody interfered with; none where none were asked for. */
  readonly compositeCounts: CompositeCounts;
  readonly eventCount: number;
  /** In how many kills each was found. */
  readonly hits: ReadonlyMap<Hit, number>;
  readonly missedPhases: readonly Phase[];
  readonly mistakes: readonly string[];
  /** Where everything is, kept if there was a mistake. */
  readonly folder: string;
}

/** Kills beyond those asked for, aimed at phases that were not hit. */
const EXTRA_KILLS_MAX = 20;
const WATCH_PAUSE_MS = 150;
/** A run of more kills than these waits for jobs whose time has to be over. */
const SHORT_RUN_KILLS_MAX = 30;

/** A kill of the server alone in one of these phases, or soon after its engine was taken away. */
type Aim = Phase | "engine";

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

type CompositeCounts = ReturnType<typeof countComposites>;

interface Finished {
  readonly attempts: readonly AttemptFacts[];
  readonly compositeCounts: CompositeCounts;
}

interface Worker {
  work: Work;
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
  readonly #events = new EventFollower(this.#record.mistakes);
  readonly #signals: ClientSignals = { submissions: new Signal(), terminations: new Signal() };
  readonly #hits = new Map<Hit, number>();
  readonly #works: readonly Work[];
  readonly #outages: EngineOutages | undefined;
  #killCount = 0;
  /** What the kill that comes next is to hit. */
  #aim: Aim | undefined;

  constructor(folder: string, options: CrashRunOptions) {
    this.#folder = folder;
    this.#dataDir = join(folder, "data");
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#marks = new MarksFolder(join(folder, "marks"));
    this.#works = this.#createWorks();
    const { engine } = options.provider;
    this.#outages = engine === undefined ? undefined : new EngineOutages(engine, this.#record.outages);
  }

  async run(): Promise<CrashReport> {
    const { seed, killCount } = this.#options;
    await using _outages = this.#outages;
    using _watch = new OverlapWatch(this.#marks, this.#record.mistakes);
    await this.#prepare();
    for (const aim of this.#aims(killCount)) await this.#kill(aim);
    for (let extra = 0; extra < EXTRA_KILLS_MAX; extra += 1) {
      const [missed] = this.#missedPhases();
      if (missed !== undefined) await this.#kill(missed);
    }
    const { attempts, compositeCounts } = await this.#finish();
    const { submissions, mistakes, outages } = this.#record;
    return {
      seed,
      killCount: this.#killCount,
      jobCount: submissions.filter(({ fate }) => fate === "answered").length,
      lostCount: submissions.filter(({ fate }) => fate === "lost").length,
      attemptCount: attempts.length,
      compositeCounts,
      eventCount: this.#events.told.length,
      outageCount: outages.length,
      hostLossCount: attempts.filter(saysHostLost).length,
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
    const { killCount, provider } = this.#options;
    const kinds = killCount > SHORT_RUN_KILLS_MAX ? ALL_KINDS : SHORT_KINDS;
    const { load, prelude } = provider;
    const shared = { record, nextNumber, signals: this.#signals, load, prelude, kinds };
    const ends = {
      isStopWanted: () => this.#aim === "stop",
      hasBegun: (jobId: string) => this.#marks.read("starts", jobId).length > 0,
    };
    const workers: Worker[] = [
      ...Array.from(
        { length: load.clientCount },
        () => new JobClient({ ...shared, ...ends, random: this.#random.fork() }),
      ),
      ...RESOURCE_KINDS.map((kind) => new ResourceClient(record, kind, this.#random.fork())),
      this.#followers,
      this.#events,
    ];
    if (load.openCompositesMax > 0) {
      workers.push(new CompositeClient({ ...shared, random: this.#random.fork() }));
    }
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
  #aims(count: number): readonly Aim[] {
    const { phases, engine } = this.#options.provider;
    const all: readonly Aim[] = [...phases, ...(engine === undefined ? [] : (["engine"] as const))];
    const aims: Aim[] = [];
    while (aims.length < count) aims.push(...this.#random.shuffled(all));
    return aims.slice(0, count);
  }

  #missedPhases(): readonly Phase[] {
    const hit = new Set([...this.#hits.keys()].map((found) => HITS[found]));
    return this.#options.provider.phases.filter((phase) => !hit.has(phase));
  }

  async #prepare(): Promise<void> {
    await using server = await this.#startServer();
    const clients = new AwsClients(server.url);
    const { provider } = this.#options;
    await makeEnvironment(clients.batch, QUEUES.work, { maxvCpus: provider.load.maxvCpus });
    await makeEnvironment(clients.batch, QUEUES.held, { maxvCpus: 1 });
    for (const name of Object.values(QUEUES)) await makeQueue(clients.batch, name, [name]);
    const { path } = this.#marks;
    const properties = provider.containerProperties(path);
    for (const request of [definitionRequest(path, properties), ...compositeDefinitions(path, properties)]) {
      await clients.batch.registerJobDefinition(request);
    }
    await makeLogGroup(clients);
    clients.destroy();
  }

  async #kill(aim: Aim): Promise<void> {
    this.#killCount += 1;
    this.#aim = aim;
    const found = aim === "restart" ? await this.#killWhileStarting() : await this.#killUnderLoad(aim);
    for (const hit of found) this.#hits.set(hit, (this.#hits.get(hit) ?? 0) + 1);
    const jobCount = this.#record.submissions.length;
    const hits = [...found].join("; ") || "nothing";
    this.#options.say?.(`kill ${this.#killCount}, aimed at ${aim}, ${jobCount} jobs so far: hit ${hits}`);
  }

  async #killUnderLoad(aim: Exclude<Aim, "restart">): Promise<ReadonlySet<Hit>> {
    await using server = await this.#startServer();
    const clients = new AwsClients(server.url);
    const submittedBefore = this.#record.submissions.length;
    let isOver = false;
    const work = Promise.all(this.#works.map((begin) => begin(clients, () => isOver)));
    await Promise.race([this.#moment(aim), work]);
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

  async #moment(aim: Exclude<Aim, "restart">): Promise<void> {
    if (aim === "engine") return this.#outages?.begin(this.#random);
    const { slowness } = this.#options.provider;
    const watched = { dataDir: this.#dataDir, marks: this.#marks, slowness, ...this.#signals };
    return killMoment(aim, watched, this.#random);
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
  async #finish(): Promise<Finished> {
    const { mistakes } = this.#record;
    await this.#outages?.back();
    await using server = await this.#startServer();
    const clients = new AwsClients(server.url);
    this.#options.say?.("no more kills: waits for the end of all jobs");
    const haveAllEnded = await endAllJobs(clients, this.#record);
    await this.#followers.finish(clients);
    await this.#events.finish(clients);
    const facts = await readFinalFacts(clients, this.#record, {
      marks: this.#marks,
      followedLogs: this.#followers.lines,
    });
    mistakes.push(...findMistakes(this.#record, facts), ...checkEvents(this.#events.told, facts));
    const { provider } = this.#options;
    const folders = { dataDir: this.#dataDir, marksPath: this.#marks.path };
    // What has not ended is a mistake already, and has processes.
    if (haveAllEnded) mistakes.push(...(await findJobLeftovers(provider, folders)));
    clients.destroy();
    const ending = await server.end("SIGTERM");
    if (ending !== 0) mistakes.push(`the server ended with ${ending} when it was told to end`);
    this.#noteErrors(server);
    if (haveAllEnded) mistakes.push(...(await findServerLeftovers(provider, this.#dataDir)));
    return {
      attempts: facts.jobs.flatMap(({ attempts }) => attempts),
      compositeCounts: countComposites(this.#record, facts),
    };
  }

  async #startServer(onSpawn?: (kill: () => void) => void): Promise<ServerProcess> {
    return ServerProcess.start({
      dataDir: this.#dataDir,
      // More vCPUs than the environment takes, so that the machine's size changes nothing.
      flags: [
        "--bare",
        "--log-level",
        "warn",
        "--vcpu-overcommit",
        "64",
        ...this.#options.provider.serverFlags,
      ],
      ...(onSpawn !== undefined && { onSpawn: (child) => onSpawn(() => void child.kill("SIGKILL")) }),
    });
  }

  /** The server's own log speaks of no failure. */
  #noteErrors({ errorOutput }: ServerProcess): void {
    const failures = errorOutput.split("\n").filter((line) => /^\{"level":[56]0,/.test(line));
    this.#record.mistakes.push(...failures.map((line) => `the server's log says ${line}`));
  }
}
