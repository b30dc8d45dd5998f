import type { OutputLogEvent } from "../model/logs.ts";
import type { Context } from "./context.ts";
import type { LogStreamName } from "./log-stream.ts";
import { styled } from "./text.ts";

export type LogFormat = (event: OutputLogEvent, name: LogStreamName) => string;

export interface LogFormatOptions {
  readonly timestamps?: boolean;
  /** Given: lines of this container only, without its name before them. */
  readonly container?: string;
}

/** How a line of output is shown: for programs as JSON, for people with the container's name where there are several. */
export function createLogFormat(
  { isJson, surroundings }: Context,
  { timestamps = false, container }: LogFormatOptions,
): LogFormat {
  const { output } = surroundings;
  if (isJson) {
    return (event, name) => {
      const told = name.container === undefined ? event : { containerName: name.container.name, ...event };
      return `${JSON.stringify(told)}\n`;
    };
  }
  return ({ message = "", timestamp = 0 }, name) => {
    const time = timestamps ? `${styled(output, "dim", new Date(timestamp).toISOString())} ` : "";
    const prefix = container === undefined ? (name.container?.prefix ?? "") : "";
    return `${styled(output, "dim", prefix)}${time}${message}\n`;
  };
}
