import type { LogConfiguration } from "../../model/batch.ts";
import type { EngineDescription } from "./docker-engine.ts";

export interface LogConfig {
  readonly Type: string;
  readonly Config: Readonly<Record<string, string>>;
}

export interface LogConfigOptions {
  readonly engine: EngineDescription;
  /** How much of a container's output the engine keeps. */
  readonly jobLogBytesMax: number;
}

/** The engine drops the older of them when the newer one is full. */
const LOG_FILE_COUNT = 2;

/**
 * Chooses the engine's log driver.
 *
 * What is meant for CloudWatch Logs goes where it can be read back: Docker's `local`, which bears any bytes, and
 * Podman's `json-file`. Other drivers carry the output elsewhere; Docker keeps a copy that can be read, Podman has
 * few of them.
 */
export function createLogConfig(
  configuration: LogConfiguration | undefined,
  { engine, jobLogBytesMax }: LogConfigOptions,
): LogConfig | { readonly failure: string } {
  const { logDriver = "awslogs", options = {} } = configuration ?? {};
  if (logDriver === "awsfirelens") {
    return {
      failure:
        "CannotCreateContainerError: the log driver awsfirelens needs a router container, which is not supported",
    };
  }
  if (logDriver === "awslogs") {
    if (engine.product === "podman")
      return { Type: "json-file", Config: { "max-size": String(jobLogBytesMax) } };
    const fileBytes = Math.ceil(jobLogBytesMax / LOG_FILE_COUNT);
    return { Type: "local", Config: { "max-size": String(fileBytes), "max-file": String(LOG_FILE_COUNT) } };
  }
  if (engine.product === "podman" && !PODMAN_DRIVERS.has(logDriver)) {
    return {
      failure: `CannotCreateContainerError: Podman has no log driver ${logDriver}: use json-file or journald`,
    };
  }
  return { Type: logDriver, Config: options };
}

const PODMAN_DRIVERS: ReadonlySet<string> = new Set(["json-file", "journald"]);
