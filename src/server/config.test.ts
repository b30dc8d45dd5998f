import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { DEFAULT_PORT, serveCommand } from "./config.ts";
import type { ServerConfig } from "./config.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What `serve` makes of these words, or the text by which it refuses them. */
async function parse(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerConfig | string> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  let config: ServerConfig | undefined;
  let errorOutput = "";
  const command = serveCommand(async (parsed) => {
    config = parsed;
  })
    .exitOverride()
    .configureOutput({ writeErr: (text) => (errorOutput += text) });
  await command.parseAsync(["--data", "/data", ...words], { from: "user" }).catch(() => undefined);
  return config ?? errorOutput.trim();
}

const DEFAULTS: ServerConfig = {
  port: DEFAULT_PORT,
  host: "127.0.0.1",
  dataDir: "/data",
  region: "us-east-1",
  accountId: "000000000000",
  store: "sqlite",
  provider: "auto",
  auth: "none",
  isMetricsOpen: false,
  allowedHosts: [],
  dockerNetwork: "batchyard",
  imageMap: [],
  efsMap: [],
  isBare: false,
  isDraining: false,
  logLevel: "info",
  vcpuOvercommit: 4,
  memoryReserveMiB: 512,
  blockedAfterSeconds: 600,
  instanceBootSeconds: 0,
  instanceIdleSeconds: 60,
  spotNoticeSeconds: 120,
  spotPricePart: 0.35,
  spotMarketStepSeconds: 300,
  jobRetentionDays: 30,
  eventRetentionDays: 7,
  eventLogLimitMiB: 1_024,
  logDiskLimitMiB: 10_240,
  jobLogLimitMiB: 1_024,
  secretKeyFile: join(homedir(), ".config/batchyard/secret.key"),
  areEndpointsInjected: false,
  isTaskAddressed: false,
  jobPort: 0,
  areAwsLimitsOn: false,
};

const FILE_SYSTEMS = [
  { id: "fs-1", folder: "/a" },
  { id: "fs-2", folder: "/b" },
];
const AB = { from: "a", to: "b:5000/c" };

describe("the configuration", () => {
  test("has a default for everything", async () => {
    expect(await parse([])).toEqual(DEFAULTS);
  });

  test.each<[words: string[], environment: Record<string, string>, changed: Partial<ServerConfig>]>([
    [["--port", "0", "--host", "::1"], {}, { port: 0, host: "::1" }],
    [["--bare", "--drain"], {}, { isBare: true, isDraining: true }],
    [["--bare=no"], { BATCHYARD_BARE: "yes" }, { isBare: false }],
    [[], { BATCHYARD_BARE: "TRUE", BATCHYARD_DRAIN: "" }, { isBare: true, isDraining: false }],
    [["--region", "eu-west-1"], { BATCHYARD_REGION: "eu-west-2" }, { region: "eu-west-1" }],
    [[], { BATCHYARD_ACCOUNT_ID: "123456789012" }, { accountId: "123456789012" }],
    [["--allowed-host", "a", "--allowed-host", "b"], {}, { allowedHosts: ["a", "b"] }],
    [[], { BATCHYARD_ALLOWED_HOST: "a, .b" }, { allowedHosts: ["a", ".b"] }],
    [["--docker-host", "tcp://engine:2375"], {}, { dockerHost: "tcp://engine:2375" }],
    [[], { BATCHYARD_DOCKER_NETWORK: "host" }, { dockerNetwork: "host" }],
    [["--image-map", "a=b:5000/c", "--image-map", "d=e"], {}, { imageMap: [AB, { from: "d", to: "e" }] }],
    [["--efs-map", "fs-1=/a,fs-2=/b"], {}, { efsMap: FILE_SYSTEMS }],
    [[], { BATCHYARD_EFS_MAP: "fs-1=/a, fs-2=/b" }, { efsMap: FILE_SYSTEMS }],
    [[], { BATCHYARD_IMAGE_MAP: "a=b:5000/c, d = e" }, { imageMap: [AB, { from: "d", to: "e" }] }],
    [["--instance-types", "/types.json"], {}, { instanceTypesFile: "/types.json" }],
    [["--instance-boot-seconds", "90"], {}, { instanceBootSeconds: 90 }],
    [["--instance-idle-seconds", "0.5"], {}, { instanceIdleSeconds: 0.5 }],
    [[], { BATCHYARD_SPOT_NOTICE_SECONDS: "5" }, { spotNoticeSeconds: 5 }],
    [["--spot-price-part", "1"], {}, { spotPricePart: 1 }],
    [["--spot-market-seed", "0"], {}, { spotMarketSeed: 0 }],
    [[], { BATCHYARD_SPOT_MARKET_STEP_SECONDS: "10" }, { spotMarketStepSeconds: 10 }],
    [["--host", "0.0.0.0", "--insecure"], {}, { host: "0.0.0.0" }],
    [["--host", "127.8.9.1", "--open-metrics"], {}, { host: "127.8.9.1", isMetricsOpen: true }],
    [["--host", "127.9.9.9"], {}, { host: "127.9.9.9" }],
    [
      ["--auth", "sigv4", "--credentials", "keys", "--host", "0.0.0.0"],
      {},
      { auth: "sigv4", credentialsFile: "keys", host: "0.0.0.0" },
    ],
    [["--disk-limit", "10241", "--disk-reserve", "0"], {}, { diskLimitMiB: 10_241, diskReserveMiB: 0 }],
    [["--secret-key-file", "/data-keys/key"], {}, { secretKeyFile: "/data-keys/key" }],
    [["--inject-endpoints", "--job-port", "80"], {}, { areEndpointsInjected: true, jobPort: 80 }],
    [["--aws-limits"], {}, { areAwsLimitsOn: true }],
    [["--vcpu-overcommit", "0.5"], {}, { vcpuOvercommit: 0.5 }],
    [
      [],
      { BATCHYARD_LOG_DISK_LIMIT: "16", BATCHYARD_JOB_LOG_LIMIT: "1" },
      { logDiskLimitMiB: 16, jobLogLimitMiB: 1 },
    ],
  ])("is told by %j and %j", async (words, environment, changed) => {
    expect(await parse(words, environment)).toEqual({ ...DEFAULTS, ...changed });
  });

  test.each<[words: string[], environment: Record<string, string>, text: RegExp]>([
    [["--nothing"], {}, /unknown option '--nothing'$/],
    [["superfluous"], {}, /too many arguments/],
    [["--port", "65536"], {}, /--port .*It must be a number from 0 to 65535\.$/],
    [["--port", "1.5"], {}, /--port .*It must be a whole number from 0 to 65535\.$/],
    [[], { BATCHYARD_PORT: "" }, /BATCHYARD_PORT.*It must be a number from 0 to 65535\.$/],
    [["--account-id", "12"], {}, /--account-id .*It must be 12 digits\.$/],
    [["--region", "Nowhere!"], {}, /--region .*It must be a region\.$/],
    [["--store", "postgres"], {}, /--store .*Allowed choices are sqlite, memory\.$/],
    [["--vcpu-overcommit", "0"], {}, /--vcpu-overcommit .*It must be a number from 0\.1 to 1000\.$/],
    [
      ["--log-level", "loud"],
      {},
      /--log-level .*Allowed choices are trace, debug, info, warn, error, silent\.$/,
    ],
    [["--bare", "perhaps"], {}, /--bare .*It must be yes or no\.$/],
    [["--data", ""], {}, /--data .*It must not be empty\.$/],
    [["--host", "0.0.0.0"], {}, /--host 0\.0\.0\.0 can be reached from other machines/],
    [["--host", "127.999.1.1"], {}, /--host 127\.999\.1\.1 can be reached from other machines/],
    [["--host", "example.com"], {}, /--host example\.com can be reached from other machines/],
    [[], { BATCHYARD_HOST: "::" }, /--host :: can be reached from other machines/],
    [["--disk-limit", "10240"], {}, /must be more than --log-disk-limit 10240: logs are part of it/],
    [["--secret-key-file", "/data/key"], {}, /must be outside of the data folder \/data/],
    [["--auth", "sigv4"], {}, /--auth sigv4 needs --credentials FILE/],
  ])("is refused for %j with %j", async (words, environment, text) => {
    expect(await parse(words, environment)).toMatch(text);
  });
});

describe("the key file", () => {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-config-"));
  const data = join(folder, "data");
  mkdirSync(data);
  symlinkSync(data, join(folder, "link"));
  writeFileSync(join(folder, "garbage"), "", { mode: 0o600 });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each<[data: string, file: string]>([
    ["data", "link/key"],
    ["link", "data/new/key"],
  ])("in the data folder %s by way of %s is refused", async (dataName, file) => {
    const words = ["--data", join(folder, dataName), "--secret-key-file", join(folder, file)];
    expect(await parse(words)).toMatch(/must be outside of the data folder/);
  });

  test("that is named and cannot be used is refused", async () => {
    const garbage = join(folder, "garbage");
    const problem = /^error: the key file .*garbage cannot be used: it must hold 64 hexadecimal digits\. /;
    expect(await parse(["--secret-key-file", garbage])).toMatch(problem);
    expect(await parse([], { BATCHYARD_SECRET_KEY_FILE: garbage })).toMatch(problem);
  });
});
