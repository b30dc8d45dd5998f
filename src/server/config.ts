import { realpathSync } from "node:fs";
import { isIPv4 } from "node:net";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { Command } from "commander";
import type { Option } from "commander";
import { BLOCKED_AFTER_SECONDS } from "../engine/blocked-queues.ts";
import type { FileSystemMap } from "../providers/docker/file-system-map.ts";
import type { ImageMap } from "../providers/docker/image-map.ts";
import {
  choice,
  collect,
  collectFileSystems,
  collectMappings,
  flag,
  integerBetween,
  matching,
  numberBetween,
  option,
  text,
  webUrl,
} from "./option-kit.ts";
import { CAPACITY_OPTIONS, capacityFlagsOf } from "./capacity-flags.ts";
import type { CapacityFlags } from "./capacity-flags.ts";
import { DISK_OPTIONS } from "./disk-flags.ts";
import { findKeyFileProblem } from "./secret-key-file.ts";

/** What `batchyard serve` was told, checked and complete. */
export interface ServerConfig extends CapacityFlags {
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
  readonly efsMap: FileSystemMap;
  /** Instance types of the user's own. Absolute. */
  readonly instanceTypesFile?: string;
  readonly isBare: boolean;
  readonly isDraining: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** How many times the host's vCPUs are promised. */
  readonly vcpuOvercommit: number;
  readonly memoryReserveMiB: number;
  /** How long a job stands at the head of its queue before it is judged to block it. */
  readonly blockedAfterSeconds: number;
  readonly jobRetentionDays: number;
  readonly eventRetentionDays: number;
  readonly eventLogLimitMiB: number;
  readonly eventWebhook?: EventWebhook;
  readonly logDiskLimitMiB: number;
  readonly jobLogLimitMiB: number;
  /** For images, scratch and logs together; absent: none. */
  readonly diskLimitMiB?: number;
  /** What is kept free of each file system; absent: 5 % of it, at most 2 GiB. */
  readonly diskReserveMiB?: number;
  /** Absolute. */
  readonly secretKeyFile: string;
  /** Jobs are told of this server's API, and may call it. */
  readonly areEndpointsInjected: boolean;
  /** This machine may get the address 169.254.170.2, for containers. */
  readonly isTaskAddressed: boolean;
  /** Where jobs reach the server; 0: that of the last time, or any free one. */
  readonly jobPort: number;
  readonly areAwsLimitsOn: boolean;
}

/** Where each event is posted to. */
export interface EventWebhook {
  readonly url: string;
  /** A file of header lines that go with each, such as an authorization. Absolute. */
  readonly headersFile?: string;
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
    const isKeyFileNamed = command.getOptionValueSource("secretKeyFile") !== "default";
    const problem =
      findContradiction(options) ??
      (isKeyFileNamed ? findKeyFileProblem({ path: options.secretKeyFile, isInUse: false }) : undefined);
    if (problem !== undefined) command.error(`error: ${problem}`);
    await run(configOf(options));
  });
}

interface ParsedOptions extends CapacityFlags {
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
  readonly efsMap: FileSystemMap;
  readonly instanceTypes?: string;
  readonly bare: boolean;
  readonly drain: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly vcpuOvercommit: number;
  readonly memoryReserve: number;
  readonly blockedAfter: number;
  readonly jobRetentionDays: number;
  readonly eventRetentionDays: number;
  readonly eventLogLimit: number;
  readonly eventWebhook?: string;
  readonly eventWebhookHeaders?: string;
  readonly logDiskLimit: number;
  readonly jobLogLimit: number;
  readonly diskLimit?: number;
  readonly diskReserve?: number;
  readonly secretKeyFile: string;
  readonly injectEndpoints: boolean;
  readonly taskAddress: boolean;
  readonly jobPort: number;
  readonly awsLimits: boolean;
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
  option(
    "--efs-map <ID=FOLDER>",
    "the engine machine's folder for an EFS or S3 Files file system, or one access point of it: fs-1/fsap-2 (repeatable)",
    collectFileSystems,
    [],
  ),
  option(
    "--instance-types <file>",
    "JSON list of instance types of your own, for compute environments",
    text,
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
  option(
    "--blocked-after <seconds>",
    "how long a job that cannot run stands at the head of its queue before an event says that it blocks it",
    integerBetween(1, 86_400),
    BLOCKED_AFTER_SECONDS,
  ),
  ...CAPACITY_OPTIONS,
  option("--job-retention-days <days>", "how long ended jobs are kept", integerBetween(1, 36_500), 30),
  option(
    "--event-retention-days <days>",
    "how long events are kept, at most as long as ended jobs",
    integerBetween(1, 36_500),
    7,
  ),
  option(
    "--event-log-limit <MiB>",
    "disk that all events together may take; an event takes some 100 bytes",
    integerBetween(1, 1_048_576),
    1_024,
  ),
  option("--event-webhook <url>", "where each event is posted to, in EventBridge's form", webUrl),
  option(
    "--event-webhook-headers <file>",
    "lines NAME: VALUE that go with each event as HTTP headers, such as an authorization",
    text,
  ),
  ...DISK_OPTIONS,
  option(
    "--secret-key-file <file>",
    "key that secrets and session tokens are sealed with, made if it is not there; outside of the data folder",
    text,
  ).default(join(homedir(), ".config", "batchyard", "secret.key"), "~/.config/batchyard/secret.key"),
  flag(
    "--inject-endpoints",
    "tell jobs where this server's API is (AWS_ENDPOINT_URL_BATCH and others), and let them in",
  ),
  flag(
    "--task-address",
    "give this machine 169.254.170.2, where containers on a bridge take credentials (needs root)",
  ),
  option(
    "--job-port <number>",
    "port where jobs reach the server; 0 takes any free one at first and keeps it",
    integerBetween(0, 65_535),
    0,
  ),
  flag(
    "--aws-limits",
    "hold clients to AWS's quotas, payload sizes and rates, instead of those only that protect the server",
  ),
];

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
  if (isWithin(options.data, options.secretKeyFile)) {
    return (
      `--secret-key-file ${options.secretKeyFile} must be outside of the data folder ${options.data}: ` +
      `whoever has a copy of the folder would have its secrets, too`
    );
  }
  if (options.diskLimit !== undefined && options.diskLimit <= options.logDiskLimit) {
    return (
      `--disk-limit ${options.diskLimit} must be more than --log-disk-limit ${options.logDiskLimit}: ` +
      `logs are part of it, and alone could keep all jobs waiting`
    );
  }
  if (options.eventWebhookHeaders !== undefined && options.eventWebhook === undefined) {
    return "--event-webhook-headers needs --event-webhook URL";
  }
  return undefined;
}

function isWithin(folder: string, path: string): boolean {
  return `${realPathOf(path)}/`.startsWith(`${realPathOf(folder)}/`);
}

/** Without symbolic links, as far as the path is there. */
function realPathOf(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    return join(realPathOf(dirname(absolute)), basename(absolute));
  }
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
    efsMap: options.efsMap,
    ...(options.instanceTypes !== undefined && { instanceTypesFile: resolve(options.instanceTypes) }),
    isBare: options.bare,
    isDraining: options.drain,
    logLevel: options.logLevel,
    vcpuOvercommit: options.vcpuOvercommit,
    memoryReserveMiB: options.memoryReserve,
    blockedAfterSeconds: options.blockedAfter,
    ...capacityFlagsOf(options),
    jobRetentionDays: options.jobRetentionDays,
    eventRetentionDays: options.eventRetentionDays,
    eventLogLimitMiB: options.eventLogLimit,
    ...webhookOf(options),
    logDiskLimitMiB: options.logDiskLimit,
    jobLogLimitMiB: options.jobLogLimit,
    ...(options.diskLimit !== undefined && { diskLimitMiB: options.diskLimit }),
    ...(options.diskReserve !== undefined && { diskReserveMiB: options.diskReserve }),
    secretKeyFile: resolve(options.secretKeyFile),
    areEndpointsInjected: options.injectEndpoints,
    isTaskAddressed: options.taskAddress,
    jobPort: options.jobPort,
    areAwsLimitsOn: options.awsLimits,
  };
}

function webhookOf({ eventWebhook: url, eventWebhookHeaders: path }: ParsedOptions) {
  if (url === undefined) return {};
  return { eventWebhook: { url, ...(path !== undefined && { headersFile: resolve(path) }) } };
}
