import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import type { RequestContext } from "../src/api/operation.ts";
import { createLogsOperations } from "../src/api/services/logs/logs-operations.ts";
import { RecentStreams } from "../src/api/services/logs/recent-streams.ts";
import { logGroupArn, logStreamArn } from "../src/batch/arn.ts";
import { FileLogs } from "../src/logs/file-logs.ts";
import { StreamFiles } from "../src/logs/stream-files.ts";
import { SYSTEM_CLOCK } from "../src/server/clock.ts";
import { RANDOM_IDS } from "../src/server/ids.ts";
import type { Change } from "../src/store/change.ts";
import { Sequencer } from "../src/store/sequencer.ts";
import { SqliteStore } from "../src/store/sqlite/sqlite-store.ts";

const GIB = 1_073_741_824;
const GROUP = "/aws/batch/job";
const SCOPE = { accountId: "000000000000", region: "us-east-1" };
const CONTEXT: RequestContext = { scope: SCOPE, principal: "", requestId: "" };
const NO_LIMITS = { diskBytesMax: 2 ** 50, jobLogBytesMax: 2 ** 50 };

interface Scale {
  readonly gibibytes: number;
  readonly streams: number;
}

/** `npm run bench -- logs-at-scale`: a command of its own, since it takes minutes and has no reference. */
export function logsAtScaleCommand(): Command {
  return new Command("logs-at-scale")
    .description("Measures what reading logs costs in a large stream, and among many.")
    .option("--gibibytes <count>", "how long the large stream is", wholeNumber, 2)
    .option("--streams <count>", "how many streams of ended jobs there are", wholeNumber, 100_000)
    .action(measureLogs);
}

async function measureLogs({ gibibytes, streams }: Scale): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-logs-at-scale-"));
  try {
    await measureLargeStream(join(folder, "large"), gibibytes);
    await measureManyStreams(join(folder, "many"), streams);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureLargeStream(directory: string, gibibytes: number): Promise<void> {
  print(`\none stream of ${gibibytes} GiB, lines of 100 bytes`);
  await using logs = await FileLogs.open({ directory, clock: SYSTEM_CLOCK, ...NO_LIMITS });
  const path = logs.openFile("large");
  const beganAtMs = Date.now();
  const script = `yes "$(printf '%099d' 0)" | head -c ${gibibytes * GIB} >>'${path}'`;
  const writer = spawn("sh", ["-c", script], { stdio: "inherit" });
  const ended = once(writer, "exit");
  while (writer.exitCode === null) {
    logs.observeGrowth(Date.now());
    await Promise.race([sleep(100), ended]);
  }
  logs.closeFile("large");
  const endedAtMs = Date.now();
  print(
    `${"written, stamped every 100 ms".padEnd(46)} ${((gibibytes * 1024) / ((endedAtMs - beganAtMs) / 1000)).toFixed(0)} MiB/s`,
  );

  const page = { limit: 10_000, bytesMax: 1_048_576 };
  const size = statSync(path).size;
  const middleMs = (beganAtMs + endedAtMs) / 2;
  const read = (request: Partial<Parameters<FileLogs["readEvents"]>[1]>) => async () => {
    const { events } = await logs.readEvents("large", {
      ...page,
      position: "start",
      direction: "forward",
      ...request,
    });
    return `${events.length} events`;
  };
  await measure("first page", read({}));
  await measure("last page", read({ position: "end", direction: "backward" }));
  await measure("page by a token in the middle", read({ position: Math.floor(size / 200) * 100 }));
  await measure(
    "page before a token near the end",
    read({ position: size - 10_000_000, direction: "backward" }),
  );
  await measure("page from a time in the middle", read({ fromMs: middleMs }));
  await measure(
    "page up to a time in the middle",
    read({ position: "end", direction: "backward", untilMs: middleMs }),
  );
  await measure("first page of events of many lines", read({ multilinePattern: "^0*1" }));
  await measure(
    "page at the end, a line an event by a pattern",
    read({ position: "end", direction: "backward", multilinePattern: "^0" }),
  );

  const sequentialMs = performance.now();
  let position = 0;
  while (position < Math.min(size, 256 * 1_048_576)) {
    position = (await logs.readEvents("large", { ...page, position, direction: "forward" })).nextPosition;
  }
  const rate = position / 1_048_576 / ((performance.now() - sequentialMs) / 1000);
  print(`${"read page by page".padEnd(46)} ${rate.toFixed(0)} MiB/s`);
}

async function measureManyStreams(directory: string, streamCount: number): Promise<void> {
  print(`\n${streamCount} streams of ended jobs in one group`);
  const files = new StreamFiles(join(directory, "logs"));
  const store = SqliteStore.open(join(directory, "store.db"));
  const streamIds = Array.from({ length: streamCount }, () => RANDOM_IDS.hex(32));
  const filledAtMs = await fill(store, files, streamIds);

  const before = process.memoryUsage().rss;
  const openMs = performance.now();
  await using logs = await FileLogs.open({
    directory: join(directory, "logs"),
    clock: SYSTEM_CLOCK,
    ...NO_LIMITS,
  });
  print(`${"opening the folder".padEnd(46)} ${(performance.now() - openMs).toFixed(1)} ms`);
  await measure("counting the disk, in the background", () => logs.enforceLimit(Date.now()), 1);
  const perStream = (process.memoryUsage().rss - before) / streamCount;
  print(`${"memory of an ended stream".padEnd(46)} ${perStream.toFixed(0)} bytes`);

  const recentStreams = new RecentStreams({ store, logs, clock: SYSTEM_CLOCK, state: () => sequencer.state });
  const sequencer = await Sequencer.open({ store: recentStreams.noted, runSoon: setImmediate, wake() {} });
  const services = { sequencer, store, logs, recentStreams, clock: SYSTEM_CLOCK, ids: RANDOM_IDS };
  const operations = createLogsOperations(services);
  const logGroupName = GROUP;
  const describe = (orderBy: "LogStreamName" | "LastEventTime") => async () => {
    const { logStreams } = await operations.DescribeLogStreams(
      { logGroupName, orderBy, descending: true },
      CONTEXT,
    );
    return `${logStreams?.length} streams`;
  };
  await measure("DescribeLogStreams by name", describe("LogStreamName"));
  await measure("DescribeLogStreams by LastEventTime, first time", describe("LastEventTime"), 1);
  await measure("DescribeLogStreams by LastEventTime, again", describe("LastEventTime"));
  const logStreamName = `job/default/${streamIds[Math.floor(streamCount / 2)]}`;
  await measure("GetLogEvents of one", async () => {
    const { events } = await operations.GetLogEvents({ logGroupName, logStreamName }, CONTEXT);
    return `${events?.length} events`;
  });
  const filter = (startTime: number) => async () => {
    let count = 0;
    let nextToken: string | undefined;
    do {
      const page = await operations.FilterLogEvents({ logGroupName, startTime, nextToken }, CONTEXT);
      count += page.events?.length ?? 0;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return `${count} events`;
  };
  await measure("FilterLogEvents of the last second, first time", filter(filledAtMs - 1_000), 1);
  await measure("FilterLogEvents of the last second, again", filter(filledAtMs - 1_000));
  await measure("FilterLogEvents of the last 10 s: 1,000 streams", filter(filledAtMs - 10_000), 3);
  await store[Symbol.asyncDispose]();
}

/** Streams a hundredth of a second apart, up to now. */
async function fill(store: SqliteStore, files: StreamFiles, streamIds: readonly string[]): Promise<number> {
  const arn = logGroupArn(SCOPE, GROUP);
  await store.commit([
    { kind: "log-group-put", logGroup: { scope: SCOPE, name: GROUP, arn, createdAtMs: 0, tags: {} } },
  ]);
  const nowMs = Date.now();
  let changes: Change[] = [];
  for (const [index, streamId] of streamIds.entries()) {
    files.makeShard(streamId);
    const path = files.path(streamId, "log");
    writeFileSync(path, "a line\nanother line\n");
    const createdAtMs = nowMs - (streamIds.length - index) * 10;
    utimesSync(path, createdAtMs / 1000, createdAtMs / 1000);
    const name = `job/default/${streamId}`;
    changes.push({
      kind: "log-stream-put",
      logStream: {
        scope: SCOPE,
        groupName: GROUP,
        name,
        arn: logStreamArn(SCOPE, GROUP, name),
        streamId,
        writer: "job",
        createdAtMs,
      },
    });
    if (changes.length < 5_000) continue;
    await store.commit(changes);
    changes = [];
  }
  await store.commit(changes);
  return nowMs;
}

/** Prints the median and the longest of some calls, and what they found. */
async function measure(name: string, call: () => Promise<string | void>, times = 9): Promise<void> {
  const tookMs: number[] = [];
  let found: string | void = "";
  for (let index = 0; index < times; index += 1) {
    const beganAtMs = performance.now();
    found = await call();
    tookMs.push(performance.now() - beganAtMs);
  }
  tookMs.sort((a, b) => a - b);
  const [median = 0, longest = 0] = [tookMs[Math.floor(times / 2)], tookMs.at(-1)];
  print(`${name.padEnd(46)} ${median.toFixed(1)} ms, at most ${longest.toFixed(1)}  ${found ?? ""}`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("It must be a whole number from 1.");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
