import { type ContainerRun, hasSeveral, runIdOf } from "../container-run.ts";
import type { AttemptSpec } from "../provider.ts";
import {
  type ContainerFacts,
  type ContainerListing,
  type CreateRequest,
  EngineRefusal,
} from "./docker-engine.ts";
import {
  OWNER_LABEL,
  RUN_LABEL,
  TASK_LABEL,
  containerName,
  sharedVolumesOf,
  taskOfVolume,
} from "./docker-spec.ts";
import type { EngineLink } from "./engine-link.ts";
import { GroupNetworks } from "./group-networks.ts";
import { PAUSE_COMMAND, PAUSE_IMAGE, createPauseArchive } from "./pause-image.ts";
import type { Removals } from "./removals.ts";

export interface TaskPlaceOptions {
  readonly link: EngineLink;
  readonly removals: Removals;
  readonly owner: string;
  /** What the network of a task that is alone is. */
  readonly network: string;
  readonly askMsMax: number;
  readonly createMsMax: number;
  readonly startMsMax: number;
}

/** What is there for a task is gone, and its containers with it. */
export class PlaceLost extends Error {
  override readonly name = "PlaceLost";
}

/** Docker says so when it starts the container, Podman when it makes it. */
const NETWORK_GONE = /network \S+ not found|unable to find network/i;

/**
 * What there has to be for a task before its containers: the network of its group, and, for several containers, one that
 * does nothing but hold their network open, so that they share it in whatever order they come and go.
 */
export class TaskPlaces {
  readonly #options: TaskPlaceOptions;
  readonly #groups: GroupNetworks;
  /** Those that need something. */
  readonly #tasks = new Map<string, AttemptSpec>();
  readonly #pauses = new Map<string, Promise<void>>();
  readonly #addresses = new Map<string, string>();

  constructor(options: TaskPlaceOptions) {
    this.#options = options;
    this.#groups = new GroupNetworks(options);
  }

  add(task: AttemptSpec): void {
    const { taskId, network } = task;
    if (network === undefined && !hasSeveral(task)) return;
    this.#tasks.set(taskId, task);
    if (network !== undefined) this.#groups.add(network.groupId, taskId);
  }

  /** Has all of it removed, behind the task's own containers. */
  forget(task: AttemptSpec): void {
    const { removals } = this.#options;
    const { taskId } = task;
    if (!this.#tasks.delete(taskId)) return;
    this.#pauses.delete(taskId);
    this.#addresses.delete(taskId);
    const containers = task.containers.map((_container, index) => containerName(runIdOf(taskId, index)));
    if (hasSeveral(task)) {
      removals.add({ kind: "container", name: pauseName(taskId), behind: containers });
      for (const name of sharedVolumesOf(task)) removals.add({ kind: "volume", name, behind: containers });
    }
    const network = task.network && this.#groups.release(task.network.groupId, taskId);
    if (network === undefined) return;
    removals.add({ kind: "network", name: network, behind: [...containers, pauseName(taskId)] });
  }

  /** Whether it holds the network of a task that somebody knows. */
  isPause(runId: string): boolean {
    return runId.endsWith(PAUSE_SUFFIX) && this.#tasks.has(runId.slice(0, -PAUSE_SUFFIX.length));
  }

  /** Of the task in its group; undefined where it has none of its own, or nobody has looked yet. */
  addressOf(taskId: string): string | undefined {
    return this.#addresses.get(taskId);
  }

  /** Reads anew what the engine has, and removes what is left of tasks and groups that nobody knows. */
  async takeUp(containers: ReadonlyMap<string, ContainerListing>): Promise<void> {
    const { removals, link, owner, askMsMax } = this.#options;
    this.#pauses.clear();
    this.#groups.distrust();
    for (const [taskId, { network }] of this.#tasks) {
      const pause = containers.get(pauseRunId(taskId));
      if (pause === undefined || network === undefined) continue;
      this.#noteAddress(
        taskId,
        await link.run(askMsMax, (engine, signal) => engine.inspectContainer(pause.id, signal)),
      );
    }
    for (const name of await this.#groups.listUnused()) removals.add({ kind: "network", name });
    const volumes = await link.run(askMsMax, (engine, signal) =>
      engine.listVolumes(OWNER_LABEL, owner, signal),
    );
    for (const name of volumes) {
      const taskId = taskOfVolume(name);
      if (taskId !== undefined && !this.#tasks.has(taskId)) removals.add({ kind: "volume", name });
    }
  }

  /** Makes what has to be there. Answers the request for the container, in its place. */
  async prepare(run: ContainerRun, request: CreateRequest): Promise<CreateRequest> {
    const { task } = run;
    if (!this.#tasks.has(task.taskId)) return request;
    if (hasSeveral(task)) {
      await this.#ensurePause(task);
      return withSettings(request, sharedSettings(task));
    }
    await this.#ensureGroup(task);
    return withSettings(request, { NetworkMode: this.#networkOf(task) });
  }

  /** `docker network prune` removes ours as well while nothing runs: then it is made again, and the step done again. */
  async withNetwork<T>(task: AttemptSpec, step: () => Promise<T>): Promise<T> {
    const { link } = this.#options;
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof EngineRefusal) || !NETWORK_GONE.test(error.message)) throw error;
      this.#groups.distrust();
      await link.ensureNetwork();
      await this.#ensureGroup(task);
      return step();
    }
  }

  async #ensureGroup({ network }: AttemptSpec): Promise<void> {
    if (network === undefined) return;
    const { removals } = this.#options;
    removals.cancel(this.#groups.nameOf(network.groupId));
    await this.#groups.ensure(network.groupId);
  }

  #ensurePause(task: AttemptSpec): Promise<void> {
    const known = this.#pauses.get(task.taskId);
    if (known !== undefined) return known;
    const made = this.#makePause(task).catch((error: unknown) => {
      this.#pauses.delete(task.taskId);
      throw error;
    });
    this.#pauses.set(task.taskId, made);
    return made;
  }

  async #makePause(task: AttemptSpec): Promise<void> {
    const { link, askMsMax, createMsMax, startMsMax } = this.#options;
    const name = pauseName(task.taskId);
    await this.#ensureImage();
    await this.#ensureGroup(task);
    const request = this.#createPauseRequest(task);
    await this.withNetwork(task, async () => {
      const id = await link.run(createMsMax, (engine, signal) =>
        engine.createContainer(name, request, signal),
      );
      await link.run(startMsMax, (engine, signal) => engine.startContainer(id, signal));
    });
    const facts = await link.run(askMsMax, (engine, signal) => engine.inspectContainer(name, signal));
    if (facts?.status !== "running") throw new PlaceLost(`${name} does not run`);
    this.#noteAddress(task.taskId, facts);
  }

  #noteAddress(taskId: string, { address }: Partial<ContainerFacts> = {}): void {
    if (address !== undefined) this.#addresses.set(taskId, address);
  }

  async #ensureImage(): Promise<void> {
    const { link, askMsMax } = this.#options;
    const isThere = await link.run(askMsMax, (engine, signal) => engine.inspectImage(PAUSE_IMAGE, signal));
    if (isThere !== undefined) return;
    const { architecture = "" } = link.description ?? {};
    const archive = createPauseArchive(architecture);
    if (archive === undefined) {
      throw new EngineRefusal(
        501,
        `tasks of several containers need amd64 or arm64, this is ${architecture}`,
      );
    }
    await link.run(askMsMax, (engine, signal) => engine.importImage(PAUSE_IMAGE, archive, signal));
  }

  #createPauseRequest(task: AttemptSpec): CreateRequest {
    const { owner } = this.#options;
    const { taskId, containers } = task;
    return {
      Image: PAUSE_IMAGE,
      Cmd: [PAUSE_COMMAND],
      Env: [],
      Labels: { [OWNER_LABEL]: owner, [TASK_LABEL]: taskId, [RUN_LABEL]: pauseRunId(taskId) },
      // It knows no signal, and an engine that stops would wait for it.
      StopSignal: "SIGKILL",
      HostConfig: {
        NetworkMode: this.#networkOf(task),
        // Each container is known to the others by its name too.
        ExtraHosts: containers.map(({ name }) => `${name}:127.0.0.1`),
        IpcMode: "shareable",
        LogConfig: { Type: "none" },
      },
    };
  }

  #networkOf({ network }: AttemptSpec): string {
    return network === undefined ? this.#options.network : this.#groups.nameOf(network.groupId);
  }
}

const PAUSE_SUFFIX = "-pause";

function pauseRunId(taskId: string): string {
  return `${taskId}${PAUSE_SUFFIX}`;
}

function pauseName(taskId: string): string {
  return containerName(pauseRunId(taskId));
}

/** What containers share, they share with the one that was there before them. */
function sharedSettings({ taskId, ipcMode, pidMode }: AttemptSpec): CreateRequest["HostConfig"] {
  const pause = `container:${pauseName(taskId)}`;
  return {
    NetworkMode: pause,
    ...(ipcMode === "task" ? { IpcMode: pause } : {}),
    ...(pidMode === "task" ? { PidMode: pause } : {}),
  };
}

function withSettings(request: CreateRequest, settings: CreateRequest["HostConfig"]): CreateRequest {
  return { ...request, HostConfig: { ...request.HostConfig, ...settings } };
}
