import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createGuard } from "../api/guards.ts";
import { createHandler } from "../api/handle.ts";
import type { HandledRequest, HandlerDependencies } from "../api/handle.ts";
import { createBatchOperations } from "../api/services/batch/batch-operations.ts";
import { limitOperations } from "../api/services/batch/limited-operations.ts";
import { DefinitionCache } from "../api/services/batch/definition-cache.ts";
import { createLogsOperations } from "../api/services/logs/logs-operations.ts";
import { RecentStreams } from "../api/services/logs/recent-streams.ts";
import { createSecretsOperations } from "../api/services/secrets/secrets-operations.ts";
import { createStsOperations } from "../api/services/sts/sts-operations.ts";
import { createAuthenticate } from "../api/signature/authenticate.ts";
import { CredentialsFileError, parseCredentialsFile } from "../api/signature/credentials-file.ts";
import type { Credential } from "../api/signature/credentials-file.ts";
import type { InstanceCatalogue } from "../batch/instance-catalogue.ts";
import { AWS_LIMITS, SERVER_LIMITS } from "../batch/limits.ts";
import { createSpotMarket } from "../batch/spot-market.ts";
import { createEngine } from "../engine/engine.ts";
import type { CapacitySettings, Engine, EngineObserver } from "../engine/engine.ts";
import { keepSharesNow } from "../engine/keep-shares.ts";
import { recover } from "../engine/recover.ts";
import { tick } from "../engine/tick.ts";
import { AssertionError } from "../lib/assert.ts";
import { Mutex } from "../lib/mutex.ts";
import { FileLogs } from "../logs/file-logs.ts";
import type { EngineAddress } from "../providers/docker/engine-address.ts";
import { hostCapacity } from "../providers/host-capacity.ts";
import type { Provider } from "../providers/provider.ts";
import { CatalogueSupply } from "../scheduler/scaling/catalogue-supply.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { Sequencer } from "../store/sequencer.ts";
import { SqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { Store } from "../store/store.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { ClockWatch } from "./clock-watch.ts";
import type { ServerConfig } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import { bearableConnections, readDescriptorLimit } from "./descriptor-limit.ts";
import { fileWatchTask, watchFiles } from "./file-watch.ts";
import { createFirstResources } from "./first-resources.ts";
import { HTTP_LIMITS } from "./http-limits.ts";
import type { HttpLimits } from "./http-limits.ts";
import { createHttpListener } from "./http-listener.ts";
import type { HttpListener } from "./http-listener.ts";
import { RANDOM_IDS } from "./ids.ts";
import { readInstanceCatalogue } from "./instance-types-file.ts";
import type { Logger } from "./logger.ts";
import { JobSituations } from "./job-situations.ts";
import { Loop } from "./loop.ts";
import type { LoopTask } from "./loop.ts";
import { logExpiryTask, logLimitTask, logStampTask, retentionTask } from "./maintenance.ts";
import { Metrics } from "./metrics.ts";
import { runNextTurn } from "./next-turn.ts";
import { openEvents } from "./open-events.ts";
import { openProvider } from "./open-provider.ts";
import { createOwnRoutes } from "./own-routes.ts";
import { createPlainRoutes } from "./plain-routes.ts";
import { reviewEnvironments } from "./review-environments.ts";
import { createTaskFailureReporter } from "./task-failures.ts";
import { createTaskServices } from "./task-services.ts";
import type { TaskServices } from "./task-services.ts";

/** A server that is put together and at work, but not listening yet. Disposing of it leaves jobs running. */
export interface ComposedServer extends AsyncDisposable {
  readonly listener: HttpListener;
  /** Places nothing new; resolves when nothing runs any more. */
  drain(): Promise<void>;
  /** Resolves with the path at which a file that the server has open stands no longer. */
  readonly untilLost: Promise<string>;
}

/** A server without a successful tick for this long is not ready. */
const TICK_AGE_READY_MS = 150_000;

/** The only place that builds everything: from the data folder up to the handler of requests. */
export async function compose(
  config: ServerConfig,
  folder: DataFolder,
  logger: Logger,
  jobUmask: number,
): Promise<ComposedServer> {
  const credentials = readCredentials(config);
  const instanceCatalogue = readInstanceCatalogue(config.instanceTypesFile);
  const [clock, ids] = [SYSTEM_CLOCK, RANDOM_IDS];
  await using opened = new AsyncDisposableStack();
  const scope = { accountId: config.accountId, region: config.region };
  const store = opened.use(openStore(config, folder));
  const logs = opened.use(await openLogs(config, folder, logger));
  let engineAddress: EngineAddress | undefined;
  const onEngine = (address: EngineAddress): void => void (engineAddress = address);
  const metrics = new Metrics(() => sequencer.state, config);
  const providerParts = { config, folder, store, logs, logger, jobUmask, onEngine, metrics };
  const provider = opened.use(await openProvider(providerParts));

  const onFailure = createTaskFailureReporter({ logger, clock, stopFor });
  const loop = opened.use(new Loop({ clock, onFailure }));
  const wakeEngine = (): void => loop.wake(ticking.task);
  const recent = new RecentStreams({ store, logs, clock, state: () => sequencer.state });
  const wake = (task: LoopTask): void => loop.wake(task);
  const events = opened.use(await openEvents({ config, folder, store, commits: recent.noted, logger, wake }));
  const sequencer = await Sequencer.open({ store: events.noted, runSoon: runNextTurn, wake: wakeEngine });
  const tasks = await createTaskServices({ config, sequencer, store, provider, engineAddress, logger });
  const situations = new JobSituations(provider);
  const observer = observedBy(metrics, situations);
  const { sessions, surroundings } = tasks;
  const parts = { sequencer, store, provider, ids, observer, surroundings, instanceCatalogue };
  const engine = createEngine({ ...parts, ...engineSettings(config, instanceCatalogue) });
  const ticking = opened.use(createEngineTask(engine, logger, () => loop.wake(stampTask)));
  const limitTask = logLimitTask(logs);
  const stampTask = logStampTask(logs, () => loop.wake(limitTask));

  const { auth: mode } = config;
  const authenticate = createAuthenticate({ mode, credentials, sessions, defaults: scope, clock });
  const api: HandlerDependencies = {
    operations: operationsOf({ ...parts, config, logs, recentStreams: recent, situations, tasks }),
    guard: createGuard({ boundHost: config.host, allowedHosts: config.allowedHosts }),
    authenticate,
    plainRoutes: new Map([
      ...createPlainRoutes(metrics, ticking.isTicking, config),
      ["/events", events.createRoute(authenticate)],
      ...createOwnRoutes({ engine, authenticate, situations, clock }),
    ]),
    ids,
    clock,
    onRequest: requestReporter(logger, metrics),
    onFailure: requestFailureReporter(logger),
  };
  const limits = httpLimits();
  const listener = createHttpListener({ handler: createHandler(api), ids, limits });
  opened.use(await tasks.open(api, limits));

  await recover(engine, { nowMs: clock.nowMs(), monotonicMs: clock.monotonicMs() });
  await createFirstResources({ ...config, ...parts, scope, maxvCpus: vcpusOf(provider, config) });
  await reviewEnvironments(sequencer, instanceCatalogue);
  provider.onNews(wakeEngine);
  const lost = Promise.withResolvers<string>();
  for (const task of [ticking.task, stampTask, limitTask, ...events.tasks]) loop.add(task);
  loop.add(retentionTask(store, config.jobRetentionDays));
  loop.add(logExpiryTask({ ...config, store, logs, sequencer }, () => sequencer.state.logGroups.values()));
  loop.add(fileWatchTask(watchFiles(dataFiles(config, folder)), lost.resolve));

  const kept = opened.move();
  return {
    listener,
    drain: () => ticking.drained(wakeEngine),
    untilLost: lost.promise,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function engineSettings(
  { blockedAfterSeconds, ...config }: ServerConfig,
  catalogue: InstanceCatalogue,
): { readonly blockedAfterSeconds: number; readonly capacity: CapacitySettings } {
  const { spotPricePart: pricePart, spotMarketSeed: seed, spotMarketStepSeconds } = config;
  const stepMs = spotMarketStepSeconds * 1000;
  const market = createSpotMarket({ pricePart, stepMs, ...(seed !== undefined && { seed }) });
  const capacity = {
    supply: new CatalogueSupply(catalogue, config.instanceBootSeconds * 1000, market),
    market,
    idleMs: config.instanceIdleSeconds * 1000,
    spotNoticeMs: config.spotNoticeSeconds * 1000,
  };
  return { blockedAfterSeconds, capacity };
}

interface OperationParts {
  readonly config: ServerConfig;
  readonly sequencer: Sequencer;
  readonly store: Store;
  readonly logs: FileLogs;
  readonly recentStreams: RecentStreams;
  readonly situations: JobSituations;
  readonly tasks: TaskServices;
  readonly instanceCatalogue: InstanceCatalogue;
}

function operationsOf(parts: OperationParts): HandlerDependencies["operations"] {
  const { config, sequencer, store, situations, tasks, instanceCatalogue } = parts;
  const clock = SYSTEM_CLOCK;
  const ids = RANDOM_IDS;
  return {
    batch: limitOperations(
      createBatchOperations({
        sequencer,
        store,
        clock,
        ids,
        definitions: new DefinitionCache(sequencer, store),
        instanceCatalogue,
        documentLock: new Mutex(),
        situationOf: (jobId, status, taskId) => situations.sentenceFor(jobId, status, taskId),
      }),
      { sequencer, clock },
      config.areAwsLimitsOn ? AWS_LIMITS : SERVER_LIMITS,
    ),
    logs: createLogsOperations({ ...parts, clock, ids }),
    sts: createStsOperations({ sessions: tasks.sessions, clock }),
    secrets: createSecretsOperations(tasks.vault),
  };
}

/** A container engine that is away has not said how large it is: then it is taken for as large as this machine. */
function vcpusOf(provider: Provider, config: ServerConfig): number {
  const isAway = provider.outage() !== undefined;
  const { vcpuMillis } = isAway ? hostCapacity(config) : provider.capacity();
  return Math.max(1, Math.floor(vcpuMillis / 1000));
}

function httpLimits(): HttpLimits {
  const connectionsMax = bearableConnections(readDescriptorLimit(), HTTP_LIMITS.connectionsMax);
  return { ...HTTP_LIMITS, connectionsMax };
}

function openStore(config: ServerConfig, folder: DataFolder): Store {
  return config.store === "memory" ? new MemoryStore() : SqliteStore.open(databasePath(folder));
}

function databasePath({ path }: DataFolder): string {
  return join(path, "batchyard.db");
}

/** The files without which what is acknowledged would be lost. */
function dataFiles(config: ServerConfig, folder: DataFolder): readonly string[] {
  return config.store === "memory" ? [folder.lockPath] : [folder.lockPath, databasePath(folder)];
}

async function openLogs(config: ServerConfig, folder: DataFolder, logger: Logger): Promise<FileLogs> {
  const logs = await FileLogs.open({
    directory: join(folder.path, "logs"),
    clock: SYSTEM_CLOCK,
    diskBytesMax: config.logDiskLimitMiB * 1_048_576,
    jobLogBytesMax: config.jobLogLimitMiB * 1_048_576,
  });
  if (!logs.canPunchHoles) {
    logger.warn(
      "logs of running jobs cannot be shortened here: fallocate (util-linux) or the file system lacks it",
    );
  }
  return logs;
}

function readCredentials({ credentialsFile, auth }: ServerConfig): Credential[] {
  if (credentialsFile === undefined) return [];
  const credentials = parseCredentialsFile(readCredentialsText(credentialsFile));
  if (credentials.length > 0 || auth === "none") return credentials;
  throw new CredentialsFileError(`${credentialsFile} holds no access key: nobody could sign a request`);
}

function readCredentialsText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CredentialsFileError(`--credentials ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function observedBy(metrics: Metrics, situations: JobSituations): EngineObserver {
  return {
    attemptStarted: (startDelayMs) => metrics.attemptStarted(startDelayMs),
    attemptFinished: (because) => metrics.attemptFinished(because),
    cycleEnded(report, capacity) {
      metrics.cycleEnded(report, capacity);
      situations.cycleEnded(report);
    },
  };
}

/** The engine as a task of the loop, and what others want to know of it. */
function createEngineTask(engine: Engine, logger: Logger, onTick: () => void) {
  const clockWatch = new ClockWatch();
  let lastTickMs = -Infinity;
  let onIdle: (() => void) | undefined;
  const task: LoopTask = {
    name: "engine",
    async run(nowMs, monotonicMs) {
      const jumpMs = clockWatch.look(nowMs, monotonicMs);
      if (jumpMs !== undefined) logger.warn({ jumpMs }, "the wall clock was set; no job ends early for it");
      const dueMs = await tick(engine, { nowMs, monotonicMs });
      const pollMs = engine.provider.poll(nowMs);
      lastTickMs = monotonicMs;
      if (engine.sequencer.state.jobs.active.size === 0) onIdle?.();
      onTick();
      return Math.min(pollMs ?? Infinity, dueMs ?? Infinity);
    },
  };
  return {
    task,
    isTicking: () => SYSTEM_CLOCK.monotonicMs() - lastTickMs < TICK_AGE_READY_MS,
    drained: (wake: () => void) => {
      engine.isDraining = true;
      const idle = new Promise<void>((resolve) => (onIdle = resolve));
      wake();
      return idle;
    },
    /** A server that can write no more still ends in order. */
    [Symbol.asyncDispose]: () =>
      keepSharesNow(engine, SYSTEM_CLOCK.nowMs()).catch((error: unknown) => {
        logger.warn({ err: error }, "what shares had in the last minute is not kept");
      }),
  };
}

/** What went well is told at `debug`: a client that follows a job asks several times a second. */
function requestReporter(logger: Logger, metrics: Metrics): (request: HandledRequest) => void {
  return (request) => {
    const { service, operation = "unknown", status, durationMs } = request;
    metrics.requestEnded({ service, operation, status, durationMs });
    const level = status < 400 ? "debug" : "info";
    if (!logger.isLevelEnabled(level)) return;
    logger[level]({ ...request, durationMs: Math.round(durationMs * 100) / 100 }, "request");
  };
}

/** Logs what the server could not do for a request; an assertion of ours stops the process. */
function requestFailureReporter(logger: Logger): (error: unknown, requestId: string) => void {
  return (error, requestId) => {
    logger.error({ err: error, requestId }, "request failed");
    if (error instanceof AssertionError) stopFor(error);
  };
}

/** The store is sound and jobs run on: whoever supervises the server starts it again. */
function stopFor(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
