import { randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { ContainerProperties } from "../../src/model/batch.ts";
import { type ContainerRun, runsOf } from "../../src/providers/container-run.ts";
import type {
  AttemptSpec,
  ContainerSpec,
  Provider,
  ProviderNews,
  RecoveredAttempt,
} from "../../src/providers/provider.ts";

export type EndedNews = Extract<ProviderNews, { kind: "ended" }>;
export type StartedNews = Extract<ProviderNews, { kind: "started" }>;

/** Stands in for the server in tests of providers: calls `poll` when that is due and waits for what they tell. */
export class ProviderDriver implements AsyncDisposable {
  readonly provider: Provider;
  readonly #news = new EventEmitter();

  constructor(provider: Provider) {
    this.provider = provider;
    provider.onNews(() => this.#news.emit("news"));
  }

  /** Opens a provider and has it recover. */
  static async recover(provider: Provider, known: readonly RecoveredAttempt[] = []): Promise<ProviderDriver> {
    const driver = new ProviderDriver(provider);
    await provider.recover(known);
    return driver;
  }

  /** Has everything looked at now, whenever the next look is due. */
  look(): void {
    this.provider.poll(Date.now() + 60_000);
  }

  /** Waits until `find` answers something else than undefined or false. Looks again whenever there is news. */
  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const dueInMs = this.provider.poll(Date.now()) ?? POLL_MS_MAX;
      const found = find();
      if (found !== undefined && found !== false) return found;
      const stop = new AbortController();
      await Promise.race([
        once(this.#news, "news", { signal: stop.signal }).catch(() => {}),
        delay(Math.min(dueInMs, POLL_MS_MAX), undefined, { signal: stop.signal }).catch(() => {}),
      ]);
      stop.abort();
    }
  }

  started(taskId: string): Promise<StartedNews> {
    return this.until(() => this.find(taskId, "started"));
  }

  ended(taskId: string): Promise<EndedNews> {
    return this.until(() => this.find(taskId, "ended"));
  }

  find<K extends ProviderNews["kind"]>(
    taskId: string,
    kind: K,
  ): Extract<ProviderNews, { kind: K }> | undefined {
    const isIt = (news: ProviderNews): news is Extract<ProviderNews, { kind: K }> =>
      news.taskId === taskId && news.kind === kind;
    return this.provider.observe().find(isIt);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.provider[Symbol.asyncDispose]();
  }
}

/** What is waited for may be a file that a job writes, of which no provider has news. */
const POLL_MS_MAX = 20;

/** A task of one container, with what a test needs of that at hand. */
export interface PlainAttempt extends AttemptSpec {
  readonly environment: ContainerSpec["environment"];
  readonly secrets?: ContainerSpec["secrets"];
  readonly logStreamId: string;
}

/** `container` adds to the image and the command; `resources` are those of the container and the task. */
export type AttemptParts = Partial<
  Omit<ContainerSpec, "properties"> & Omit<AttemptSpec, "taskId" | "containers">
> & {
  readonly container?: ContainerProperties;
};

export function anAttempt(command: readonly string[] | undefined, parts: AttemptParts = {}): PlainAttempt {
  const taskId = randomBytes(16).toString("hex");
  const { network, isVcpuLimited = false, jobId = "a-job" } = parts;
  const container = aContainer(command, { logStreamId: `log-${taskId}`, ...parts });
  return {
    taskId,
    taskArn: `arn:aws:ecs:us-east-1:000000000000:task/a-cluster/${taskId}`,
    jobId,
    jobDefinitionArn: "arn:aws:batch:us-east-1:000000000000:job-definition/a-definition:1",
    containers: [container],
    resources: container.resources,
    isVcpuLimited,
    ...(network === undefined ? {} : { network }),
    environment: container.environment,
    secrets: container.secrets,
    logStreamId: container.logStreamId,
  };
}

function aContainer(command: readonly string[] | undefined, parts: AttemptParts): ContainerSpec {
  const {
    container,
    name = "default",
    isEssential = true,
    dependsOn = [],
    environment = [],
    secrets,
  } = parts;
  const { startTimeoutSeconds, stopTimeoutSeconds, registryCredentials, logStreamId = name } = parts;
  return {
    name,
    properties: { image: "busybox:1", ...(command === undefined ? {} : { command }), ...container },
    resources: parts.resources ?? { vcpuMillis: 250, memoryMiB: 64, gpuCount: 0 },
    isEssential,
    dependsOn,
    environment,
    logStreamId,
    ...(startTimeoutSeconds === undefined ? {} : { startTimeoutSeconds }),
    ...(stopTimeoutSeconds === undefined ? {} : { stopTimeoutSeconds }),
    ...(secrets === undefined ? {} : { secrets }),
    ...(registryCredentials === undefined ? {} : { registryCredentials }),
  };
}

/** An attempt that runs a shell script. */
export function aScript(script: string, parts: AttemptParts = {}): PlainAttempt {
  return anAttempt(["sh", "-c", script], parts);
}

/** A task of several containers, each with its name, its script and what else there is to say of it. */
export function aTask(
  containers: readonly (readonly [name: string, script: string, parts?: AttemptParts])[],
  parts: Pick<AttemptSpec, "network"> = {},
): AttemptSpec {
  const task = anAttempt(undefined, parts);
  return {
    ...task,
    containers: containers.map(([name, script, more = {}]) =>
      aContainer(["sh", "-c", script], { ...more, name, logStreamId: `log-${task.taskId}-${name}` }),
    ),
  };
}

/** The only container of a task. */
export function onlyRun(spec: AttemptSpec): ContainerRun {
  const [run] = runsOf(spec);
  if (run === undefined) throw new Error("a task has at least one container");
  return run;
}

export function recovered(spec: AttemptSpec, isRunning: boolean): RecoveredAttempt {
  return { taskId: spec.taskId, spec, isRunning };
}
