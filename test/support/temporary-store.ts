import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";

/** A path for the file of a store, in a folder that goes when the test is over. */
export function temporaryStorePath(): string {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "batchyard.db");
}

export function openTemporaryStore(): SqliteStore {
  return SqliteStore.open(temporaryStorePath());
}
