import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ProcessTable } from "./process-identity.ts";
import { rememberBoot } from "./workplace.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "batchyard-workplace-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe("rememberBoot", () => {
  test("replaces the note of another boot as a whole: it never stands there in part", async () => {
    const path = join(dir, "boot");
    writeFileSync(path, "an earlier boot");
    const earlier = openSync(path, "r");
    await rememberBoot({ dir, table: new ProcessTable("this boot") });
    expect(readFileSync(earlier, "utf8")).toBe("an earlier boot");
    closeSync(earlier);
    expect(readFileSync(path, "utf8")).toBe("this boot");
    expect(readdirSync(dir)).toEqual(["boot"]);
  });

  test("makes the note where there is none", async () => {
    await rememberBoot({ dir, table: new ProcessTable("this boot") });
    expect(readFileSync(join(dir, "boot"), "utf8")).toBe("this boot");
  });

  test("does without where it cannot be written", async () => {
    await rememberBoot({ dir: join(dir, "not-there"), table: new ProcessTable("this boot") });
    expect(readdirSync(dir)).toEqual([]);
  });
});
