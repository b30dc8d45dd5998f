import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createHandler } from "../api/handle.ts";
import type { HandlerDependencies, PlainRoute } from "../api/handle.ts";
import { isSystemError } from "../lib/system-error.ts";
import type { Store } from "../store/store.ts";
import type { ServerConfig } from "./config.ts";
import { createHttpListener } from "./http-listener.ts";
import type { HttpListener } from "./http-listener.ts";
import type { HttpLimits } from "./http-limits.ts";
import { createJobGuard, listenForJobs } from "./job-listener.ts";
import type { Logger } from "./logger.ts";
import type { TaskEndpoint } from "./task-surroundings.ts";

/** Where jobs run, seen from the server: with it on one loopback, behind a bridge, or out of reach. */
export type JobPlace =
  | { readonly kind: "loopback" }
  | { readonly kind: "out-of-reach" }
  | {
      readonly kind: "bridge";
      /** This machine's address on the bridge; undefined as long as there is none. */
      readonly findGateway: () => Promise<string | undefined>;
    };

export interface JobEndpointParts {
  readonly api: HandlerDependencies;
  readonly limits: HttpLimits;
  readonly taskRoutes: ReadonlyMap<string, PlainRoute>;
  readonly config: ServerConfig;
  readonly store: Store;
  readonly place: JobPlace;
  readonly logger: Pick<Logger, "warn">;
}

const LOOPBACK = "127.0.0.1";
/** The address of the ECS agent's endpoints, which SDKs hold for safe. */
const TASK_ADDRESS = "169.254.170.2";

/** The listener that jobs reach. It listens from when there is an address to listen on. */
export class JobEndpoint implements AsyncDisposable {
  readonly #parts: JobEndpointParts;
  #opening: Promise<TaskEndpoint | undefined> | undefined;
  #listener: HttpListener | undefined;
  #isHopeless = false;

  constructor(parts: JobEndpointParts) {
    this.#parts = parts;
  }

  /** Undefined where jobs cannot reach the server; where that may change, the next call tries again. */
  async find(): Promise<TaskEndpoint | undefined> {
    if (this.#isHopeless) return undefined;
    this.#opening ??= this.#open();
    const endpoint = await this.#opening;
    if (endpoint === undefined) this.#opening = undefined;
    return endpoint;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isHopeless = true;
    await this.#opening?.catch(() => undefined);
    await this.#listener?.close();
  }

  async #open(): Promise<TaskEndpoint | undefined> {
    const { place, config, logger } = this.#parts;
    if (place.kind === "loopback") return { url: await this.#listen(LOOPBACK), isForCredentials: true };
    if (place.kind === "out-of-reach") return undefined;
    try {
      if (config.isTaskAddressed) {
        await takeTaskAddress();
        return { url: await this.#listen(TASK_ADDRESS), isForCredentials: true };
      }
      const gateway = await place.findGateway();
      if (gateway === undefined) return undefined;
      return { url: await this.#listen(gateway), isForCredentials: false };
    } catch (error) {
      if (!isSystemError(error) && !(error instanceof TaskAddressError)) throw error;
      this.#isHopeless = true;
      logger.warn(
        { reason: error.message },
        "containers cannot reach the server: they get no endpoints of it",
      );
      return undefined;
    }
  }

  async #listen(host: string): Promise<string> {
    const { api, limits, taskRoutes, config, store } = this.#parts;
    const guard = createJobGuard({
      ...config,
      boundHost: host,
      isApiOpen: config.areEndpointsInjected,
      openPaths: new Set(taskRoutes.keys()),
    });
    const plainRoutes = new Map([...api.plainRoutes, ...taskRoutes]);
    const handler = createHandler({ ...api, guard, plainRoutes });
    this.#listener = createHttpListener({ handler, ids: api.ids, limits });
    return listenForJobs({ listener: this.#listener, store, host, port: config.jobPort });
  }
}

class TaskAddressError extends Error {
  override readonly name = "TaskAddressError";
}

/** On the loopback interface: containers of every bridge reach it by way of this machine, and nobody else does. */
async function takeTaskAddress(): Promise<void> {
  try {
    await promisify(execFile)("ip", ["address", "add", `${TASK_ADDRESS}/32`, "dev", "lo"]);
  } catch (error) {
    const { message } = error as Error;
    if (/File exists|already assigned/.test(message)) return;
    throw new TaskAddressError(`--task-address: ${message.trim().split("\n").at(-1)}`, { cause: error });
  }
}
