import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { AttemptOutcome } from "../../batch/attempt.ts";
import { NO_RESOURCES, type Resources } from "../../batch/resources.ts";
import { unreachable } from "../../lib/assert.ts";
import type { Clock } from "../../lib/clock.ts";
import type { JobLogs } from "../../logs/logs.ts";
import { type CapacityPolicy, createCapacity } from "../host-capacity.ts";
import type { ContainerRun } from "../container-run.ts";
import type { DiskOptions } from "../disk-watch.ts";
import { LoopbackAddresses } from "../loopback-addresses.ts";
import { Tasks } from "../tasks.ts";
import { UnacknowledgedNews } from "../unacknowledged-news.ts";
import type { AttemptSpec, Provider, ProviderNews, RecoveredAttempt } from "../provider.ts";
import { AttemptLogs } from "./attempt-logs.ts";
import { AttemptStarter } from "./attempt-starter.ts";
import { DockerAttempts } from "./docker-attempts.ts";
import { DockerDisk, type DockerDiskOptions } from "./docker-disk.ts";
import type { DockerEngine } from "./docker-engine.ts";
import { STAGE_MS_MAX } from "./docker-outcome.ts";
import { EngineLink } from "./engine-link.ts";
import type { FileSystemMap } from "./file-system-map.ts";
import { type ImageMap, mapImage } from "./image-map.ts";
import { ImagePuller } from "./image-puller.ts";
import { withDefaultTag } from "./image-reference.ts";
import type { LiveAttempt } from "./live-attempt.ts";
import { readOwnerId } from "./owner-id.ts";
import type { RegistryAuth } from "./registry-auth.ts";
import { Removals } from "./removals.ts";
import { RunningAttempts } from "./running-attempts.ts";
import { StartSlots } from "./start-slots.ts";
import { TaskPlaces } from "./task-places.ts";

export interface DockerProviderOptions {
  readonly engine: DockerEngine;
  /** The folder that is the provider's alone; made if it is not there. */
  readonly dir: string;
  readonly logs: JobLogs;
  readonly clock: Clock;
  readonly capacity: CapacityPolicy;
  /** `batchyard` is a bridge of our own; else `host`, `none`, or the name of a network that is there. */
  readonly network: string;
  readonly imageMap: ImageMap;
  readonly fileSystems: FileSystemMap;
  readonly registryAuth: (reference: string) => RegistryAuth;
  /** How much of a container's output the engine keeps. */
  readonly jobLogBytesMax: number;
  /** Absent: the disk is not watched. */
  readonly disk?: DiskOptions;
  /** Containers that are being created and started at a time. */
  readonly startsAtOnceMax?: number;
  /** The engine was tried or went away: why it cannot be used, undefined where it can. */
  readonly onEngineChange?: (outage: string | undefined) => void;
  readonly limits?: Partial<DockerLimits>;
}

/** How long the engine may take. */
export interface DockerLimits {
  readonly connectMsMax: number;
  /** For what it answers without doing anything. */
  readonly askMsMax: number;
  readonly createMsMax: number;
  readonly startMsMax: number;
  readonly signalMsMax: number;
  readonly removeMsMax: number;
  readonly measureMsMax: number;
  readonly logReadMsMax: number;
  /** For looking through all that it has on its disk. */
  readonly diskMsMax: number;
  /** How long nothing may come of a log that is followed, once its container has ended. */
  readonly followIdleMsMax: number;
}

const LIMITS: DockerLimits = {
  connectMsMax: 5_000,
  askMsMax: 30_000,
  createMsMax: STAGE_MS_MAX.create,
  startMsMax: STAGE_MS_MAX.start,
  signalMsMax: STAGE_MS_MAX.stop,
  removeMsMax: 60_000,
  measureMsMax: 1_000,
  logReadMsMax: 10 * 60_000,
  diskMsMax: 10 * 60_000,
  followIdleMsMax: 5_000,
};

/** The bridge network that is made where it is missing. */
const OWN_NETWORK = "batchyard";
/** More at a time make each of them slower and none of them earlier: measured, see docs/docker-provider.md. */
const STARTS_PER_CPU = 2;
const REMOVALS_AT_ONCE_MAX = 4;
const MARK_EVERY_BYTES_MAX = 4 * 1024 * 1024;
const MARKS_PER_KEPT_LOG = 8;

/**
 * Runs each container of a task as one of an engine that speaks Docker's API.
 *
 * The engine is the truth: containers are named after their tasks and carry the id of this data folder, so whatever
 * is asked may be asked twice, and what was under way is found again after a crash of either side. Nothing here keeps
 * time: what has to be looked at by and by, `poll` does.
 */
export class DockerProvider implements Provider {
  readonly name = "docker";
  readonly #options: DockerProviderOptions;
  readonly #news = new UnacknowledgedNews();
  readonly #images: ImagePuller;
  readonly #disk: DockerDisk;
  readonly #slots: StartSlots;
  readonly #link: EngineLink;
  readonly #running: RunningAttempts;
  readonly #removals: Removals;
  readonly #places: TaskPlaces;
  readonly #attempts: DockerAttempts;
  readonly #tasks: Tasks;
  /** Tasks that nobody has acknowledged the end of. */
  readonly #known = new Map<string, AttemptSpec>();
  #wake: () => void = () => {};
  #isClosing = false;

  constructor(options: DockerProviderOptions) {
    this.#options = options;
    const limits = { ...LIMITS, ...options.limits };
    const dir = resolve(options.dir);
    const owner = readOwnerId(dir);
    const { engine, clock, network, imageMap, fileSystems, jobLogBytesMax } = options;
    this.#slots = new StartSlots(options.startsAtOnceMax ?? STARTS_PER_CPU * availableParallelism());
    const link = new EngineLink({
      engine,
      owner,
      clock,
      ownNetwork: network === OWN_NETWORK ? network : undefined,
      connectMsMax: limits.connectMsMax,
      onFound: () => this.#attempts.takeUp(),
      onEvent: (event) => this.#attempts.takeEvent(event),
      onChange: () => this.#engineChanged(),
    });
    this.#disk = this.#createDisk({ ...limits, link, owner, dir });
    this.#images = new ImagePuller({ ...options, disk: this.#disk });
    const removals = new Removals({ ...limits, link, clock, atOnceMax: REMOVALS_AT_ONCE_MAX });
    const markEveryBytes = Math.min(MARK_EVERY_BYTES_MAX, Math.ceil(jobLogBytesMax / MARKS_PER_KEPT_LOG));
    const logs = new AttemptLogs({ ...limits, link, logs: options.logs, dir, markEveryBytes });
    const onGivenUp = (name: string): void => removals.addComing(name);
    const onEnded = (attempt: LiveAttempt, outcome: AttemptOutcome, atMs?: number): void =>
      this.#addEnded(attempt, outcome, atMs);
    const running = new RunningAttempts({
      ...limits,
      link,
      clock,
      logs,
      onStarted: ({ run }, atMs, address) => this.#tellStarted(run, atMs, address),
      onEnded,
      onGivenUp,
      onUp: () => this.#wake(),
    });
    const specOptions = { owner, network, imageMap, fileSystems, jobLogBytesMax };
    const places = new TaskPlaces({ ...limits, link, removals, owner, network });
    const starter = new AttemptStarter({
      ...limits,
      link,
      places,
      images: this.#images,
      slots: this.#slots,
      specOptions,
      onGivenUp,
    });
    this.#link = link;
    this.#running = running;
    this.#removals = removals;
    this.#places = places;
    this.#attempts = new DockerAttempts({
      ...limits,
      link,
      starter,
      running,
      logs,
      removals,
      places,
      owner,
      onEnded,
      onAbsent: (run) => this.#tasks.runAbsent(run),
    });
    this.#tasks = new Tasks({
      clock,
      runs: this.#attempts,
      addresses: network === "host" ? new LoopbackAddresses() : undefined,
      onNews: (news) => this.#tell(news),
    });
  }

  #createDisk(
    parts: Pick<DockerDiskOptions, "link" | "owner" | "dir" | "diskMsMax" | "removeMsMax">,
  ): DockerDisk {
    const { clock, disk } = this.#options;
    return new DockerDisk({
      ...parts,
      clock,
      disk,
      usedNames: () => [...this.#known.values()].flatMap((task) => this.#imagesOf(task)),
      isAnyRunning: () => this.#running.isAny,
      onRemoved: () => this.#images.forgetPresence(),
      onChange: () => this.#wake(),
    });
  }

  onNews(wake: () => void): void {
    this.#wake = wake;
  }

  capacity(): Resources {
    const { description } = this.#link;
    return description === undefined
      ? NO_RESOURCES
      : createCapacity({ ...description, ...this.#options.capacity });
  }

  outage(): string | undefined {
    return this.#link.outage ?? this.#disk.watch.shortage;
  }

  stageOf(taskId: string): string | undefined {
    return this.#tasks.stageOf(taskId, (runId) => this.#stageOfRun(runId));
  }

  #stageOfRun(runId: string): string | undefined {
    const attempt = this.#attempts.get(runId);
    if (attempt === undefined) return undefined;
    const { phase } = attempt;
    switch (phase) {
      case "adrift":
        return this.#link.outage;
      case "image":
        return (
          this.#images.progressOf(this.#imageOf(attempt.run), attempt.run.registryCredentials) ??
          "looking for the image"
        );
      case "waiting":
        return `waiting for one of ${this.#slots.count} start slots`;
      case "creating":
        return "creating the container";
      case "starting":
        return "starting the container";
      case "running":
      case "ending":
        return undefined;
      default:
        return unreachable(phase);
    }
  }

  /** Waits for one trial to reach the engine. If it is away, everything is taken up when it comes. */
  async recover(known: readonly RecoveredAttempt[]): Promise<void> {
    for (const { spec } of known) this.#add(spec);
    this.#attempts.recover(this.#tasks.recover(known));
    await this.#link.connect();
  }

  start(spec: AttemptSpec): void {
    if (this.#known.has(spec.taskId)) return;
    this.#add(spec);
    this.#disk.attemptBegins(this.#imagesOf(spec));
    this.#tasks.start(spec);
  }

  stop(taskId: string): void {
    this.#tasks.end(taskId, "stop");
  }

  kill(taskId: string): void {
    this.#tasks.end(taskId, "kill");
  }

  observe(): readonly ProviderNews[] {
    return this.#news.all;
  }

  acknowledge(taskId: string, what: ProviderNews["kind"]): void {
    if (!this.#news.acknowledge(taskId, what)) return;
    const task = this.#known.get(taskId);
    this.#known.delete(taskId);
    this.#tasks.forget(taskId);
    if (task !== undefined) this.#places.forget(task);
    this.#disk.attemptEnded();
  }

  poll(): number | undefined {
    const parts = [this.#link, this.#tasks, this.#running, this.#removals, this.#disk.watch];
    const dueInMs = parts.map((part) => part.poll());
    const soonestMs = Math.min(...dueInMs.map((ms) => ms ?? Infinity));
    return soonestMs === Infinity ? undefined : soonestMs;
  }

  /** Leaves containers alone: the next run of the server takes them up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#wake = () => {};
    this.#isClosing = true;
    await this.#running.drain();
    await this.#link.close();
    await this.#disk.watch.close();
    await Promise.all([this.#attempts.close(), this.#running.close(), this.#removals.close()]);
    await this.#options.engine[Symbol.asyncDispose]();
  }

  #imageOf({ properties }: Pick<ContainerRun, "properties">): string {
    return withDefaultTag(mapImage(properties.image ?? "", this.#options.imageMap));
  }

  #imagesOf({ containers }: AttemptSpec): readonly string[] {
    return containers.map((container) => this.#imageOf(container));
  }

  #engineChanged(): void {
    const { outage } = this.#link;
    if (!this.#isClosing) this.#options.onEngineChange?.(outage);
    if (outage === undefined) this.#attempts.beginFresh();
    else this.#running.setAdrift();
    this.#wake();
  }

  #addEnded(attempt: LiveAttempt, outcome: AttemptOutcome, atMs = this.#options.clock.nowMs()): void {
    const { run, startedAtMs } = attempt;
    this.#attempts.setEnded(attempt);
    this.#options.logs.closeFile(run.logStreamId);
    const began = startedAtMs === undefined ? {} : { startedAtMs };
    // The engine's clock may be another machine's: no end is before its start.
    const endedAtMs = Math.max(atMs, startedAtMs ?? atMs);
    this.#tasks.runEnded(run, { atMs: endedAtMs, outcome, ...began });
  }

  #add(spec: AttemptSpec): void {
    this.#known.set(spec.taskId, spec);
    this.#places.add(spec);
  }

  #tellStarted(run: ContainerRun, atMs: number, address: string | undefined): void {
    const { taskId, network } = run.task;
    // Whoever is alone has no use for an address.
    const found = network === undefined ? undefined : (address ?? this.#places.addressOf(taskId));
    this.#tasks.runStarted(run, atMs, found);
  }

  #tell(news: ProviderNews): void {
    this.#news.add(news);
    this.#wake();
  }
}
