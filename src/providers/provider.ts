import type { AttemptOutcome } from "../batch/attempt.ts";
import type { Resources } from "../batch/resources.ts";
import type { TaskContainer, TaskModes } from "../batch/task-containers.ts";

/**
 * Code that runs attempts somewhere. One suite, `provider-contract.ts`, holds for each implementation.
 *
 * Everything is asked by task id and may be asked twice; what was done shows up in `observe`, never as a thrown
 * error. A provider remembers how an attempt ended until `acknowledge` says that it is durable elsewhere, through any
 * crash of this program.
 */
export interface Provider extends AsyncDisposable {
  readonly name: ProviderName;

  /** Calls `wake` from now on whenever `observe` has something new. */
  onNews(wake: () => void): void;

  /**
   * Takes up what a previous run of this program had under way: `known` are the attempts that the store says are
   * STARTING or RUNNING. Whatever else is found that this provider once started is ended and cleared away.
   */
  recover(known: readonly RecoveredAttempt[]): Promise<void>;

  /** What can be promised in all, now: vCPUs with the overcommit factor applied, memory less the reserve. */
  capacity(): Resources;

  /** Why it can begin nothing at the moment, as a sentence; undefined while it can. Nothing is placed meanwhile. */
  outage(): string | undefined;

  /** What an attempt that has not come up yet is about, as a sentence; undefined where there is nothing to tell. */
  stageOf(taskId: string): string | undefined;

  /** Begins to run an attempt. Known task ids are left as they are, so a repeat after a crash is harmless. */
  start(spec: AttemptSpec): void;

  /** SIGTERM to all of it. One that was never started ends without having run. */
  stop(taskId: string): void;

  /** SIGKILL to all of it. */
  kill(taskId: string): void;

  /** All news not yet acknowledged, in the order of their coming. Repeats itself until told otherwise. */
  observe(): readonly ProviderNews[];

  /** The news of this attempt up to `what` are durable. After `"ended"` the provider forgets and clears away all of it. */
  acknowledge(taskId: string, what: ProviderNews["kind"]): void;

  /** Milliseconds until `poll` wants to be called again; undefined: not before something is started. */
  poll(nowMs: number): number | undefined;
}

export type ProviderName = "process" | "docker" | "simulated" | "none";

export type ProviderNews =
  | {
      readonly kind: "started";
      readonly taskId: string;
      /** When the last of its essential containers had come up. */
      readonly atMs: number;
      /** The IPv4 address under which the tasks of its group reach it; absent where it has no group. */
      readonly address?: string;
    }
  | {
      readonly kind: "ended";
      readonly taskId: string;
      readonly atMs: number;
      readonly outcome: AttemptOutcome;
      /** When it had come up: the same instant as in its `started` news; absent if it never did. */
      readonly startedAtMs?: number;
    };

export interface RecoveredAttempt {
  readonly taskId: string;
  /** What `start` was or would have been called with. */
  readonly spec: AttemptSpec;
  /** RUNNING was durable: `started` needs no telling again. */
  readonly isRunning: boolean;
  /** What its `started` told. */
  readonly address?: string;
}

/**
 * A task of one or more containers: all that a provider needs to run an attempt, and nothing that it has to decide. Its
 * containers reach each other on localhost.
 */
export interface AttemptSpec extends TaskModes {
  readonly taskId: string;
  readonly taskArn: string;
  readonly jobId: string;
  /** With its revision. */
  readonly jobDefinitionArn: string;
  /** At least one. */
  readonly containers: readonly ContainerSpec[];
  /** What all of it may use. */
  readonly resources: Resources;
  /** vCPUs are a hard limit, as on Fargate; else a share of time, as on EC2. */
  readonly isVcpuLimited: boolean;
  /** Tasks of one group reach each other; absent for one that is alone. */
  readonly network?: { readonly groupId: string };
}

export interface ContainerSpec extends TaskContainer {
  /** Complete and in order; later entries win over earlier ones of the same name. */
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  /** Absent: none. */
  readonly secrets?: TaskSecrets;
  /** The log stream that its output is appended to. */
  readonly logStreamId: string;
  /** For the registry of its image, where the definition names some; else what the engine's user is logged in with. */
  readonly registryCredentials?: RegistryCredentials;
}

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Variables over those of the environment whose values are for the container alone: a provider keeps them out of its
 * files, its log and its texts. Or why there are none, as a container's reason: then the attempt cannot start.
 */
export type TaskSecrets =
  | { readonly variables: readonly { readonly name: string; readonly value: string }[] }
  | { readonly failure: string };
