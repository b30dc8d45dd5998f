import { isIPv4 } from "node:net";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { parseImageMapping } from "../providers/docker/image-map.ts";
import type { ImageMap } from "../providers/docker/image-map.ts";

/** What `batchyard serve` was told, checked and complete. */
export interface ServerConfig {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** The data folder, absolute. */
  readonly dataDir: string;
  readonly region: string;
  readonly accountId: string;
  readonly store: "sqlite" | "memory";
  readonly provider: "auto" | "docker" | "process";
  readonly auth: "none" | "sigv4";
  readonly credentialsFile?: string;
  /** Whether `/metrics` is answered to everybody under `--auth sigv4`. */
  readonly isMetricsOpen: boolean;
  readonly allowedHosts: readonly string[];
  /** As in `unix:///var/run/docker.sock`; absent: what the environment says, or what answers. */
  readonly dockerHost?: string;
  readonly dockerNetwork: string;
  readonly imageMap: ImageMap;
  readonly isBare: boolean;
  readonly isDraining: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** How many times the host's vCPUs are promised. */
  readonly vcpuOvercommit: number;
  readonly memoryReserveMiB: number;
  readonly jobRetentionDays: number;
  readonly logDiskLimitMiB: number;
  readonly jobLogLimitMiB: number;
}

/** Below 32768, where Linux takes ports for outgoing connections from; BATCH on a telephone's keys. */
export const DEFAULT_PORT = 22_824;

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;

/** The `serve` command: `run` is called with the configuration once it is known to be sound. */
export function serveCommand(run: (config: ServerConfig) => Promise<void>): Command {
  const command = new Command("serve")
    .description("Run the server: the AWS Batch API, the scheduler, and the jobs.")
    .helpOption("-h, --help", "show this help")
    .addHelpText("after", SERVE_NOTES);
  for (const one of OPTIONS) command.addOption(one);
  return command.action(async (options: ParsedOptions) => {
    const problem = findContradiction(options);
    if (problem !== undefined) command.error(`error: ${problem}`);
    await run(configOf(options));
  });
}

interface ParsedOptions {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly region: string;
  readonly accountId: string;
  readonly store: "sqlite" | "memory";
  readonly provider: "auto" | "docker" | "process";
  readonly auth: "none" | "sigv4";
  readonly credentials?: string;
  readonly insecure: boolean;
  readonly openMetrics: boolean;
  readonly allowedHost: readonly string[];
  readonly dockerHost?: string;
  readonly dockerNetwork: string;
  readonly imageMap: ImageMap;
  readonly bare: boolean;
  readonly drain: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly vcpuOvercommit: number;
  readonly memoryReserve: number;
  readonly jobRetentionDays: number;
  readonly logDiskLimit: number;
  readonly jobLogLimit: number;
}

const SERVE_NOTES = `
Each option can be set in the environment as well; an option on the command line wins.

When the server accepts requests it prints one line to standard output, "batchyard ready at http://HOST:PORT".
Its log goes to standard error. SIGTERM, SIGINT, SIGHUP and SIGQUIT end it; running jobs go on and are found again at the next start.`;

export const OPTIONS: readonly Option[] = [
  option(
    "--port <number>",
    "port to listen on; 0 takes any free one",
    integerBetween(0, 65_535),
    DEFAULT_PORT,
  ),
  option("--host <address>", "address to listen on", text, "127.0.0.1"),
  option("--data <folder>", "data folder, made if it is not there", text, join(homedir(), ".batchyard")),
  option(
    "--region <name>",
    "region of requests that are not signed",
    matching(/^[a-z0-9-]{1,32}$/, "a region"),
    "us-east-1",
  ),
  option(
    "--account-id <digits>",
    "account of requests whose key has none",
    matching(/^\d{12}$/, "12 digits"),
    "000000000000",
  ),
  choice(
    "--store <kind>",
    "where jobs are kept; memory forgets everything at the end",
    ["sqlite", "memory"],
    "sqlite",
  ),
  choice(
    "--provider <name>",
    "what runs jobs; auto decides once for a data folder: docker where an engine is named or answers, else process",
    ["auto", "docker", "process"],
    "auto",
  ),
  option(
    "--docker-host <address>",
    "where the container engine is; default: DOCKER_HOST, else the first usual socket that answers",
    text,
  ),
  option(
    "--docker-network <name>",
    "network of jobs' containers: batchyard (a bridge of its own, made if missing), host, none, or one that is there",
    text,
    "batchyard",
  ),
  option(
    "--image-map <FROM=TO>",
    "takes images whose name begins with FROM from TO (repeatable; environment: separated by commas)",
    collectMappings,
    [],
  ),
  choice(
    "--auth <mode>",
    "whether requests must be signed (AWS Signature Version 4)",
    ["none", "sigv4"],
    "none",
  ),
  option("--credentials <file>", "access keys for --auth sigv4, in the form of ~/.aws/credentials", text),
  flag("--insecure", "allow --auth none on an address that others can reach"),
  flag(
    "--open-metrics",
    "under --auth sigv4 answer /metrics to everybody, not only to clients on this machine",
  ),
  option(
    "--allowed-host <name>",
    "a further Host that requests may name (repeatable; environment: separated by commas)",
    collect,
    [],
  ),
  flag("--bare", "leave an empty data folder empty, as AWS does: no compute environment, no queue"),
  flag(
    "--drain",
    "when a signal ends the server, wait for running jobs instead of leaving them to the next start",
  ),
  choice("--log-level <level>", "how much goes to the log", LOG_LEVELS, "info"),
  option(
    "--vcpu-overcommit <factor>",
    "how many times the machine's vCPUs are promised to jobs",
    numberBetween(0.1, 1000),
    4,
  ),
  option(
    "--memory-reserve <MiB>",
    "memory that is never promised to jobs",
    integerBetween(0, 1_048_576),
    512,
  ),
  option("--job-retention-days <days>", "how long ended jobs are kept", integerBetween(1, 36_500), 30),
  option(
    "--log-disk-limit <MiB>",
    "disk that all logs together may take",
    integerBetween(16, 1_073_741_824),
    10_240,
  ),
  option(
    "--job-log-limit <MiB>",
    "disk that the log of one job may take",
    integerBetween(1, 1_073_741_824),
    1_024,
  ),
];

function option<T>(
  flags: string,
  description: string,
  parse: (value: string, before: T) => T,
  fallback?: T,
): Option {
  const made = new Option(flags, description).env(environmentName(flags)).argParser(parse);
  return fallback === undefined ? made : made.default(fallback);
}

function choice(flags: string, description: string, choices: readonly string[], fallback: string): Option {
  return new Option(flags, description).env(environmentName(flags)).choices(choices).default(fallback);
}

/** `--bare` alone says yes; in the environment it takes a value, and an empty one says no. */
function flag(name: string, description: string): Option {
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

function text(value: string): string {
  if (value === "") throw new InvalidArgumentError("It must not be empty.");
  return value;
}

function matching(pattern: RegExp, what: string): (value: string) => string {
  return (value) => {
    if (!pattern.test(value)) throw new InvalidArgumentError(`It must be ${what}.`);
    return value;
  };
}

function numberBetween(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === "" || !(number >= min && number <= max)) {
      throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    }
    return number;
  };
}

function integerBetween(min: number, max: number): (value: string) => number {
  const parse = numberBetween(min, max);
  return (value) => {
    const number = parse(value);
    if (!Number.isInteger(number))
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return number;
  };
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, ...value.split(",").map((item) => item.trim())];
}

function collectMappings(value: string, before: ImageMap): ImageMap {
  const added = value.split(",").map((item) => {
    const mapping = parseImageMapping(item.replaceAll(" ", ""));
    if ("problem" in mapping) throw new InvalidArgumentError(mapping.problem);
    return mapping;
  });
  return [...before, ...added];
}

/** What is wrong with the options taken together, as a sentence that says what to do. */
function findContradiction(options: ParsedOptions): string | undefined {
  if (options.auth === "sigv4" && options.credentials === undefined) {
    return "--auth sigv4 needs --credentials FILE with the access keys to accept";
  }
  if (options.auth === "none" && !isLoopback(options.host) && !options.insecure) {
    return (
      `--host ${options.host} can be reached from other machines, and whoever reaches the server runs commands on ` +
      `this one. Use --auth sigv4 --credentials FILE, or say --insecure if the network is yours alone.`
    );
  }
  return undefined;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

function configOf(options: ParsedOptions): ServerConfig {
  return {
    port: options.port,
    host: options.host,
    dataDir: resolve(options.data),
    region: options.region,
    accountId: options.accountId,
    store: options.store,
    provider: options.provider,
    auth: options.auth,
    ...(options.credentials !== undefined && { credentialsFile: options.credentials }),
    isMetricsOpen: options.openMetrics,
    allowedHosts: options.allowedHost,
    ...(options.dockerHost !== undefined && { dockerHost: options.dockerHost }),
    dockerNetwork: options.dockerNetwork,
    imageMap: options.imageMap,
    isBare: options.bare,
    isDraining: options.drain,
    logLevel: options.logLevel,
    vcpuOvercommit: options.vcpuOvercommit,
    memoryReserveMiB: options.memoryReserve,
    jobRetentionDays: options.jobRetentionDays,
    logDiskLimitMiB: options.logDiskLimit,
    jobLogLimitMiB: options.jobLogLimit,
  };
}
