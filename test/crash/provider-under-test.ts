import type { ContainerProperties } from "@aws-sdk/client-batch";
import type { Phase } from "./kill-evidence.ts";

/** What a run has to know of what runs the jobs. */
export interface ProviderUnderTest extends AsyncDisposable {
  readonly serverFlags: readonly string[];
  readonly load: LoadSize;
  /** Aimed at equally often; each has to be hit. */
  readonly phases: readonly Phase[];
  /** How many times fewer things happen, and how many times longer they take, than with processes. */
  readonly slowness: number;
  /** Shell lines that each attempt begins with. */
  readonly prelude: string;
  /** An engine that may go away and come back under the server. */
  readonly engine?: KillableEngine;
  /** What the jobs' definition asks for beside their command. */
  containerProperties(marksPath: string): Partial<ContainerProperties>;
  /** All jobs have ended and the server is there: waits until nothing is left of them, and says what is all the same. */
  findJobLeftovers(dataDir: string, marksPath: string): Promise<readonly string[]>;
  /** The server was told to end, with no job under way: what it has left and must not. */
  findServerLeftovers(dataDir: string): readonly string[];
}

/** How much clients ask of the server. */
export interface LoadSize {
  readonly clientCount: number;
  /** Jobs under way at one time: more than the environment takes at once, so that some wait. */
  readonly openJobsMax: number;
  /** Of these, arrays, jobs of several nodes or containers, and those that wait for others. */
  readonly openCompositesMax: number;
  readonly maxvCpus: number;
  readonly burstMax: number;
  readonly pauseMsMax: number;
}

export interface KillableEngine {
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  restart(): Promise<void>;
}
