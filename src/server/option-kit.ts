import { InvalidArgumentError, Option } from "commander";
import { parseFileSystemMapping } from "../providers/docker/file-system-map.ts";
import type { FileSystemMap } from "../providers/docker/file-system-map.ts";
import { parseImageMapping } from "../providers/docker/image-map.ts";
import type { ImageMap } from "../providers/docker/image-map.ts";

export function option<T>(
  flags: string,
  description: string,
  parse: (value: string, before: T) => T,
  fallback?: T,
): Option {
  const made = new Option(flags, description).env(environmentName(flags)).argParser(parse);
  return fallback === undefined ? made : made.default(fallback);
}

export function choice(
  flags: string,
  description: string,
  choices: readonly string[],
  fallback: string,
): Option {
  return new Option(flags, description).env(environmentName(flags)).choices(choices).default(fallback);
}

/** `--bare` alone says yes; in the environment it takes a value, and an empty one says no. */
export function flag(name: string, description: string): Option {
  return new Option(`${name} [yes|no]`, description)
    .env(environmentName(name))
    .preset("yes")
    .argParser(yesOrNo)
    .default(false, "no");
}

function yesOrNo(value: string): boolean {
  const lower = value.toLowerCase();
  if (["yes", "true", "1"].includes(lower)) return true;
  if (["no", "false", "0", ""].includes(lower)) return false;
  throw new InvalidArgumentError("It must be yes or no.");
}

/** `--account-id <digits>` is `BATCHYARD_ACCOUNT_ID`. */
function environmentName(flags: string): string {
  const name = flags.replace(/^--/, "").replace(/ .*$/, "");
  return `BATCHYARD_${name.replaceAll("-", "_").toUpperCase()}`;
}

export function text(value: string): string {
  if (value === "") throw new InvalidArgumentError("It must not be empty.");
  return value;
}

export function webUrl(value: string): string {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError("It must be a URL that begins with http:// or https://.");
  }
  return url.href;
}

export function matching(pattern: RegExp, what: string): (value: string) => string {
  return (value) => {
    if (!pattern.test(value)) throw new InvalidArgumentError(`It must be ${what}.`);
    return value;
  };
}

export function numberBetween(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === "" || !(number >= min && number <= max)) {
      throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    }
    return number;
  };
}

export function integerBetween(min: number, max: number): (value: string) => number {
  const parse = numberBetween(min, max);
  return (value) => {
    const number = parse(value);
    if (!Number.isInteger(number))
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return number;
  };
}

export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, ...value.split(",").map((item) => item.trim())];
}

export function collectFileSystems(value: string, before: FileSystemMap): FileSystemMap {
  const added = value.split(",").map((item) => {
    const mapping = parseFileSystemMapping(item.trim());
    if ("problem" in mapping) throw new InvalidArgumentError(mapping.problem);
    return mapping;
  });
  return [...before, ...added];
}

export function collectMappings(value: string, before: ImageMap): ImageMap {
  const added = value.split(",").map((item) => {
    const mapping = parseImageMapping(item.replaceAll(" ", ""));
    if ("problem" in mapping) throw new InvalidArgumentError(mapping.problem);
    return mapping;
  });
  return [...before, ...added];
}
