import { InvalidArgumentError } from "commander";
import type { ArrayJobDependency } from "../model/batch.ts";

/** What `--depends-on` was told: a job, or how children of arrays wait for each other, or both. */
export interface GivenDependency {
  /** As jobs are named on the command line. Absent: the array itself. */
  readonly job?: string;
  readonly type?: ArrayJobDependency;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90`, `90s`, `10m`, `2h`, `1d`: seconds. */
function parseSeconds(value: string): number {
  const [, count = "", unit = ""] = /^(\d+)([smhd]?)$/.exec(value) ?? [];
  if (count === "") throw new InvalidArgumentError("It must be a length of time like 90s, 10m, 2h or 1d.");
  return Number(count) * (UNIT_SECONDS[unit] ?? 1);
}

export function parseMilliseconds(value: string): number {
  return parseSeconds(value) * 1_000;
}

/** AWS Batch's own lower limit of a time limit. */
const TIMEOUT_MIN_SECONDS = 60;

export function parseTimeout(value: string): number {
  const seconds = parseSeconds(value);
  if (seconds < TIMEOUT_MIN_SECONDS) {
    throw new InvalidArgumentError(`AWS Batch takes ${TIMEOUT_MIN_SECONDS} seconds or more.`);
  }
  return seconds;
}

/** `512`, `512m`, `2g`: MiB. */
export function parseMemory(value: string): number {
  const [, count = "", unit = ""] = /^(\d+)\s*(|[mg])(?:i?b)?$/i.exec(value) ?? [];
  const memoryMiB = Number(count) * (unit.toLowerCase() === "g" ? 1_024 : 1);
  if (count !== "" && memoryMiB >= 4) return memoryMiB;
  throw new InvalidArgumentError("It must be 4 MiB or more, like 512, 512m or 2g.");
}

export function parseVcpus(value: string): string {
  if (/^\d+(\.\d+)?$/.test(value) && Number(value) > 0) return value;
  throw new InvalidArgumentError("It must be a number of vCPUs, like 1 or 4.");
}

/** `JOB`, `JOB,type=N_TO_N`, `type=SEQUENTIAL`, again and again. */
export function collectDependencies(
  value: string,
  before: readonly GivenDependency[] = [],
): readonly GivenDependency[] {
  const [, job = "", word = ""] = /^([^,=]*)(?:(?:,|^)type=(\w+))?$/.exec(value) ?? [];
  const type = (["N_TO_N", "SEQUENTIAL"] as const).find((known) => known === word.toUpperCase());
  const isWhole = word === "" ? job !== "" : type !== undefined;
  if (!isWhole || (type === "N_TO_N" && job === "")) {
    throw new InvalidArgumentError("It must be JOB, JOB,type=N_TO_N or type=SEQUENTIAL.");
  }
  return [...before, { ...(job !== "" && { job }), ...(type !== undefined && { type }) }];
}

export function integer(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** `NAME=VALUE`, again and again. */
export function collectPairs(
  value: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const [, name, text = ""] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
  if (name === undefined) throw new InvalidArgumentError("It must be NAME=VALUE.");
  return { ...before, [name]: text };
}

/** `NAME=VALUE`, or `NAME` for the value that it has in the environment of this program. */
export function collectVariables(
  environment: Readonly<Record<string, string | undefined>>,
): (value: string, before?: Readonly<Record<string, string>>) => Record<string, string> {
  return (value, before = {}) => {
    if (value.includes("=")) return collectPairs(value, before);
    const inherited = environment[value];
    if (inherited === undefined) {
      throw new InvalidArgumentError(`It must be NAME=VALUE, or a variable that is set; ${value} is not.`);
    }
    return { ...before, [value]: inherited };
  };
}
