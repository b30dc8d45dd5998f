import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { readRecordedSettings } from "./recorded-settings.ts";

class DataFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "batchyard-recorded?#%-"));
  readonly store = join(this.path, "batchyard.db");

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

test("what a server has recorded is read, and nothing is written", async () => {
  using folder = new DataFolder();
  {
    await using store = SqliteStore.open(folder.store);
    await store.commit([
      { kind: "setting-put", name: "provider", value: "docker" },
      { kind: "setting-put", name: "engine", value: "unix:///run/docker.sock" },
    ]);
  }
  const before = readdirSync(folder.path);
  expect(readRecordedSettings(folder.path)).toEqual({
    provider: "docker",
    engine: "unix:///run/docker.sock",
  });
  expect(readdirSync(folder.path)).toEqual(before);
});

test("a folder without a store, or with one that is none, has nothing recorded", () => {
  using folder = new DataFolder();
  expect(readRecordedSettings(folder.path)).toEqual({});
  writeFileSync(folder.store, "no database");
  expect(readRecordedSettings(folder.path)).toEqual({});
});
