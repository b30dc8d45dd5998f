import { hash } from "node:crypto";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { aJob, SCOPE, SUBMITTED, submitted } from "../../../test/support/store-examples.ts";
import { StoreOpenError } from "../store.ts";
import { MIGRATIONS, schemaVersion } from "./migrations.ts";
import type { Migration } from "./migrations.ts";
import { openDatabase } from "./open-database.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { temporaryStorePath } from "../../../test/support/temporary-store.ts";
import { loadStore } from "../../../test/support/load-store.ts";

const JOB = aJob("1");

async function makeStore(jobCount = 1): Promise<string> {
  const path = temporaryStorePath();
  await fill(path, jobCount);
  return path;
}

async function fill(path: string, jobCount: number): Promise<void> {
  await using store = SqliteStore.open(path);
  const others = Array.from({ length: jobCount - 1 }, (_, index) => aJob(`other-${index}`));
  await store.commit([JOB, ...others].map((job) => submitted(job)));
}

async function makeCrashedStore(): Promise<string> {
  const path = temporaryStorePath();
  await makeCrashed(path, () => {});
  return path;
}

/** The files of a store as a crash leaves them: what was committed last is in the WAL alone. */
async function makeCrashed(path: string, change: (database: DatabaseSync) => void): Promise<void> {
  const original = await makeStore();
  using database = openDatabase(original);
  database.exec("INSERT INTO settings (name, value) VALUES ('last', 'committed')");
  change(database);
  for (const suffix of ["", "-wal"]) copyFileSync(`${original}${suffix}`, `${path}${suffix}`);
}

function makeForeign(path: string): void {
  using database = new DatabaseSync(path);
  database.exec("PRAGMA user_version = 1; CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
}

/** @param damage changes the bytes in place or returns what is left of them. */
async function makeDamaged(path: string, damage: (bytes: Buffer) => unknown): Promise<void> {
  await fill(path, 100);
  const bytes = readFileSync(path);
  const rest = damage(bytes);
  writeFileSync(path, rest instanceof Uint8Array ? rest : bytes);
}

/** Every file in the folder but SQLite's scratch memory. */
function filesBeside(path: string): Record<string, string> {
  const names = readdirSync(dirname(path)).filter((name) => !name.endsWith("-shm"));
  return Object.fromEntries(
    names.map((name) => [name, hash("sha256", readFileSync(join(dirname(path), name)))]),
  );
}

describe("opening a store", () => {
  test("makes one that says whose it is and of which version", () => {
    const path = temporaryStorePath();
    openDatabase(path).close();
    using database = new DatabaseSync(path);
    expect(database.prepare("PRAGMA application_id").get()).toEqual({ application_id: 0x42595244 });
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    expect(schemaVersion(database)).toBe(MIGRATIONS.length);
    expect(readdirSync(dirname(path))).not.toContain("batchyard.db.new");
  });

  test("finds again what was committed before", async () => {
    const path = await makeStore();
    await using store = SqliteStore.open(path);
    expect(await store.readJobs(SCOPE, ["1"])).toEqual([{ job: JOB, progress: SUBMITTED, attempts: [] }]);
  });

  test("finds again what was committed before a crash", async () => {
    const path = await makeCrashedStore();
    await using store = SqliteStore.open(path);
    expect(await store.readSetting("last")).toBe("committed");
    expect(await store.readJobs(SCOPE, ["1"])).toEqual([{ job: JOB, progress: SUBMITTED, attempts: [] }]);
  });

  test("waits for every commit to be on the disk", () => {
    using database = openDatabase(temporaryStorePath());
    const FULL = 2;
    expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: FULL });
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  });

  test("begins again where making a store was interrupted", async () => {
    const path = temporaryStorePath();
    writeFileSync(`${path}.new`, "half a store");
    await using store = SqliteStore.open(path);
    expect((await loadStore(store)).liveJobs).toEqual([]);
    expect(existsSync(`${path}.new`)).toBe(false);
  });
});

test("is not kept from making a store by the empty WAL that a look at another file left", () => {
  const path = temporaryStorePath();
  writeFileSync(`${path}-wal`, "");
  openDatabase(path).close();
  expect(existsSync(path)).toBe(true);
});

describe("a refused file stays as it is, and so do those beside it", () => {
  test.each<[name: string, make: (path: string) => void | Promise<void>, message: RegExp]>([
    ["text", (path) => writeFileSync(path, "hello ".repeat(1000)), /not a store of Batchyard/],
    ["an empty file", (path) => writeFileSync(path, ""), /is empty.*Restore the folder from a backup/],
    ["a database of another program", makeForeign, /not one of Batchyard .*id is 0.*folder of its own/],
    ["a WAL without its file", (path) => writeFileSync(`${path}-wal`, "jobs"), /is missing, but .*-wal/],
    [
      "a newer schema",
      (path) => makeCrashed(path, (database) => database.exec("PRAGMA user_version = 7")),
      /was made by a newer Batchyard \(schema 7; this one knows up to 1\).*Run the newer version/,
    ],
    ["a damaged header", (path) => makeDamaged(path, (bytes) => bytes.write("garbage", 0)), /is damaged/],
    ["a file cut short", (path) => makeDamaged(path, (bytes) => bytes.subarray(0, 50_000)), /is damaged/],
    ["a damaged page", (path) => makeDamaged(path, (bytes) => bytes.fill(7, 40_960, 45_056)), /is damaged/],
  ])("%s", async (_name, make, message) => {
    const path = temporaryStorePath();
    await make(path);
    const before = filesBeside(path);
    const error = refusal(() => SqliteStore.open(path));
    expect(error).toBeInstanceOf(StoreOpenError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(error.message).toMatch(/othing was changed/);
    expect(filesBeside(path)).toMatchObject(before);
  });
});

test.each<[name: string, path: (folder: string) => string, message: RegExp]>([
  ["a folder in place of the file", (folder) => folder, /cannot be opened/],
  [
    "a folder that is not there",
    (folder) => join(folder, "absent", "batchyard.db"),
    /no store can be made in/,
  ],
  [
    "a file in place of the folder",
    (folder) => join(folder, "file", "batchyard.db"),
    /no store can be made in/,
  ],
])("refuses %s", (_name, pathIn, message) => {
  const folder = dirname(temporaryStorePath());
  writeFileSync(join(folder, "file"), "");
  const error = refusal(() => SqliteStore.open(pathIn(folder)));
  expect(error).toBeInstanceOf(StoreOpenError);
  expect(error.message).toMatch(message);
});

test("refuses a store that is in use", async () => {
  const path = await makeStore();
  await using store = SqliteStore.open(path);
  expect(refusal(() => SqliteStore.open(path)).message).toMatch(/is in use by another process/);
  expect(await store.readJobs(SCOPE, ["1"])).toHaveLength(1);
});

test("refuses damage that comes to light while loading", async () => {
  const path = await makeStore(500);
  await using store = SqliteStore.open(path);
  // All but the first page, which holds the schema; none of the others is in memory yet.
  const bytes = readFileSync(path).fill(7, 4096);
  writeFileSync(path, bytes);
  const error: unknown = await store.load().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreOpenError);
  expect(String(error)).toMatch(/is damaged.*Restore the folder from a backup/);
});

const secondVersion: Migration = (database) =>
  database.exec("CREATE TABLE later (a); INSERT INTO later VALUES (2)");

const failingHalfway: Migration = (database) => {
  database.exec("DELETE FROM jobs; DROP TABLE settings; CREATE TABLE halfway (a)");
  database.exec("SELECT * FROM no_such_table");
};

describe("migrations", () => {
  test("bring a store of an older schema to the newest, and run once", async () => {
    const path = await makeCrashedStore();
    openDatabase(path, [...MIGRATIONS, secondVersion]).close();
    using database = openDatabase(path, [...MIGRATIONS, secondVersion]);
    expect(schemaVersion(database)).toBe(2);
    expect(database.prepare("SELECT a FROM later").all()).toEqual([{ a: 2 }]);
    expect(database.prepare("SELECT value FROM settings").all()).toEqual([{ value: "committed" }]);
  });

  test("that fail leave the schema before with all that it holds", async () => {
    const path = await makeCrashedStore();
    const error = refusal(() => openDatabase(path, [...MIGRATIONS, secondVersion, failingHalfway]));
    expect(error).toBeInstanceOf(StoreOpenError);
    expect(error.message).toMatch(/is left in schema 2: .*to schema 3: no such table: no_such_table/);

    using database = openDatabase(path, [...MIGRATIONS, secondVersion]);
    expect(schemaVersion(database)).toBe(2);
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'halfway'").all()).toEqual([]);
    expect(database.prepare("SELECT value FROM settings").all()).toEqual([{ value: "committed" }]);
    expect(database.prepare("SELECT job_id FROM jobs").all()).toEqual([{ job_id: "1" }]);
  });

  test("that fail leave no store behind where there was none", () => {
    const path = temporaryStorePath();
    expect(refusal(() => openDatabase(path, [...MIGRATIONS, failingHalfway])).message).toMatch(
      /no store can be made/,
    );
    expect(existsSync(path)).toBe(false);
    openDatabase(path).close();
  });
});

function refusal(open: () => unknown): Error {
  try {
    open();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was refused");
}
