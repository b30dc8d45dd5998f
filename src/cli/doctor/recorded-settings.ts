import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type { Finding } from "./finding.ts";

/** What the server has decided once for a data folder. */
export interface RecordedSettings {
  readonly provider?: string;
  /** As in `DOCKER_HOST`. */
  readonly engine?: string;
}

/**
 * Reads what the data folder has recorded, as far as that can be had: a server may hold its store, and what it has
 * written last may not be in the file yet.
 */
export function readRecordedSettings(dataDir: string): RecordedSettings {
  const path = join(resolve(dataDir), "batchyard.db");
  if (!existsSync(path)) return {};
  // Nothing is locked, and no file is made beside it.
  const location = pathToFileURL(path);
  location.search = "immutable=1";
  try {
    using database = new DatabaseSync(location, { readOnly: true });
    const select = database.prepare("SELECT value FROM settings WHERE name = ?");
    const read = (name: string): string | undefined => select.get(name)?.["value"]?.toString();
    const provider = read("provider");
    const engine = read("engine");
    return { ...(provider !== undefined && { provider }), ...(engine !== undefined && { engine }) };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR") return {};
    throw error;
  }
}

/** Undefined where nothing is recorded, or it cannot be read. */
export function describeProvider({ provider }: RecordedSettings): Finding | undefined {
  if (provider === undefined) return undefined;
  return { name: "provider", verdict: "good", text: `${provider}, as the data folder has recorded` };
}
