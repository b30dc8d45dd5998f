import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { endsInTransaction } from "./wal-tail.ts";

function withDatabase(use: (database: DatabaseSync, wal: () => Buffer, path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-wal-"));
  const path = join(folder, "some.db");
  const database = new DatabaseSync(path);
  try {
    // One page of cache: changes go to the log long before they are committed.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA cache_size = 1; CREATE TABLE t (text TEXT)");
    use(database, () => readFileSync(`${path}-wal`), path);
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}

function fill(database: DatabaseSync): void {
  const insert = database.prepare("INSERT INTO t VALUES (?)");
  for (let count = 0; count < 50; count += 1) insert.run("x".repeat(3_000));
}

test("a log of whole transactions does not end in one", () => {
  withDatabase((database, wal) => {
    expect(endsInTransaction(wal())).toBe(false);
    database.exec("BEGIN");
    fill(database);
    database.exec("COMMIT");
    expect(endsInTransaction(wal())).toBe(false);
  });
});

test("a log that has part of a transaction ends in one", () => {
  withDatabase((database, wal) => {
    database.exec("BEGIN");
    fill(database);
    expect(endsInTransaction(wal())).toBe(true);
    database.exec("ROLLBACK");
  });
});

test("a frame that is cut short is part of a transaction", () => {
  withDatabase((database, wal) => {
    fill(database);
    expect(endsInTransaction(wal().subarray(0, -100))).toBe(true);
  });
});

test("what a crash left behind the last commit counts no more once other commits stand over its beginning", () => {
  withDatabase((database, _wal, path) => {
    database.exec("BEGIN");
    fill(database);
    const crashed = `${path}-crashed`;
    copyFileSync(path, crashed);
    copyFileSync(`${path}-wal`, `${crashed}-wal`);
    database.exec("ROLLBACK");

    const again = new DatabaseSync(crashed);
    again.exec("INSERT INTO t VALUES ('small')");
    expect(endsInTransaction(readFileSync(`${crashed}-wal`))).toBe(false);
    again.close();
  });
});

test("an empty log ends in nothing", () => {
  expect(endsInTransaction(Buffer.alloc(0))).toBe(false);
});
