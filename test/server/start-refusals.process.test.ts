import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../support/run-command.ts";
import { ServerProcess } from "../support/server-process.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-refusals-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function makeFile(path: string): void {
  writeFileSync(path, "");
}

/** @param prepare makes something in the data folder that should not be there. */
async function refusal(flags: readonly string[], prepare: (data: string) => void = () => undefined) {
  const data = mkdtempSync(join(folder, "data-"));
  prepare(data);
  const words = ["serve", "--port", "0", "--provider", "process", "--log-level", "silent", "--data", data];
  const { end, errorOutput } = await runCommand([...words, ...flags]);
  return { end, lines: errorOutput.trimEnd().split("\n") };
}

test.concurrent.each<[flags: string[], text: RegExp]>([
  [
    ["--host", "nosuch.invalid", "--insecure"],
    /^batchyard: cannot listen on nosuch\.invalid, port 0: getaddrinfo E/,
  ],
  [["--host", "256.1.1.1", "--insecure"], /^batchyard: cannot listen on 256\.1\.1\.1, port 0: getaddrinfo E/],
  [
    ["--host", "192.0.2.1", "--insecure"],
    /^batchyard: cannot listen on 192\.0\.2\.1, port 0: listen EADDRNOTAVAIL/,
  ],
  [["--auth", "sigv4", "--credentials", "/"], /^batchyard: --credentials \/ cannot be read: EISDIR/],
  [["--instance-types", "/dev/null"], /^batchyard: --instance-types \/dev\/null: it must be JSON: /],
  [["--data", "/proc/batchyard"], /^batchyard: the data folder \/proc\/batchyard cannot be made: ENOENT/],
])("%j are refused at once, in a sentence", async (flags, text) => {
  const { end, lines } = await refusal(flags);
  expect([end, lines]).toEqual([1, [expect.stringMatching(text)]]);
});

test.concurrent.each<[what: string, prepare: (data: string) => void, text: RegExp]>([
  [
    "a folder for the pid",
    (data) => mkdirSync(join(data, "pid")),
    /^batchyard: the data folder .* cannot be used: EISDIR/,
  ],
  ["a file for the logs", (data) => makeFile(join(data, "logs")), /^batchyard: EEXIST: .*\/logs'$/],
  [
    "a file for the provider",
    (data) => makeFile(join(data, "process")),
    /^batchyard: (EEXIST|ENOTDIR): .*\/process/,
  ],
  ["a folder for the store", (data) => mkdirSync(join(data, "batchyard.db")), /^batchyard: .*batchyard\.db/],
])("a data folder with %s is refused in a sentence", async (_what, prepare, text) => {
  const { end, lines } = await refusal([], prepare);
  expect([end, lines]).toEqual([1, [expect.stringMatching(text)]]);
});

test("a document that is no JSON is refused in a sentence that names it", async () => {
  const dataDir = join(folder, "document");
  await (await ServerProcess.start({ dataDir })).end();
  {
    using database = new DatabaseSync(join(dataDir, "batchyard.db"));
    database.exec("UPDATE job_queues SET document = '{'");
  }
  const { end, lines } = await refusal(["--data", dataDir]);
  const text = /^batchyard: .*document of job_queues "000000000000\/us-east-1 default" is no JSON.*backup/;
  expect([end, lines]).toEqual([1, [expect.stringMatching(text)]]);
});

test("a file where the provider had its FIFO makes way", async () => {
  const dataDir = join(folder, "fifo");
  mkdirSync(join(dataDir, "process"), { recursive: true });
  makeFile(join(dataDir, "process", "events"));
  await using server = await ServerProcess.start({ dataDir });
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
});
