import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { DECLARATIONS } from "../src/api/services/batch/compatibility/declarations.ts";
import { inputShapes } from "../src/api/services/batch/compatibility/input-shapes.ts";
import {
  BATCH_OPERATIONS,
  LOGS_OPERATIONS,
  STS_OPERATIONS,
} from "../src/api/services/batch/compatibility/operations.ts";
import { batchModel } from "../src/model/batch.ts";
import { logsModel } from "../src/model/logs.ts";
import type { ServiceModel } from "../src/model/service-model.ts";
import { stsModel } from "../src/model/sts.ts";

const ROOT = join(import.meta.dirname, "..");
/** A title stands first in a call of `test` or of what `test.each` made, a name of a row first in the row. */
const TITLE = /(?:\btest(?:\.\w+)*\(|[\])](?: as const)?\)\(|^\s*\[)\s*(["'`])((?:\\.|(?!\1)[^\\\n])*)\1/gm;
const TITLES = readTitles();

test("each member that a request can have is declared, and no other", () => {
  const modelled = inputShapes(batchModel).flatMap(([shape, { members }]) =>
    Object.keys(members).map((member) => `${shape}.${member}`),
  );
  expect(modelled.length).toBeGreaterThan(400);
  const declared = Object.entries(DECLARATIONS).flatMap(([shape, members]) =>
    Object.keys(members).map((member) => `${shape}.${member}`),
  );
  expect(declared.toSorted()).toEqual(modelled.toSorted());
});

test.each<[service: string, model: ServiceModel, declared: Readonly<Record<string, string>>]>([
  ["AWS Batch", batchModel, BATCH_OPERATIONS],
  ["CloudWatch Logs", logsModel, LOGS_OPERATIONS],
  ["STS", stsModel, STS_OPERATIONS],
])("each operation of %s is declared, and no other", (_service, model, declared) => {
  expect(Object.keys(declared).toSorted()).toEqual(Object.keys(model.operations).toSorted());
});

test("each declaration names a test that there is", () => {
  expect(TITLES.size).toBeGreaterThan(1_000);
  const named = new Set<string>();
  for (const members of Object.values(DECLARATIONS)) {
    for (const declaration of Object.values(members)) {
      if ("test" in declaration) named.add(declaration.test);
    }
  }
  for (const operations of [BATCH_OPERATIONS, LOGS_OPERATIONS, STS_OPERATIONS]) {
    for (const title of Object.values(operations)) named.add(title);
  }
  expect([...named].filter((title) => !TITLES.has(title))).toEqual([]);
});

test("what is without effect says why, and what is refused says with what", () => {
  const silent = Object.entries(DECLARATIONS).flatMap(([shape, members]) =>
    Object.entries(members).flatMap(([member, declaration]) => {
      const words =
        "because" in declaration ? declaration.because : "text" in declaration ? declaration.text : "-";
      return words === "" ? [`${shape}.${member}`] : [];
    }),
  );
  expect(silent).toEqual([]);
});

/** Each title of a test and each name of a row of a table of tests, behind the name of its file. */
function readTitles(): ReadonlySet<string> {
  const files = globSync("{src,test}/**/*{.test,-contract}.ts", { cwd: ROOT });
  return new Set(
    files.flatMap((file) => {
      const place = basename(file, ".ts").replace(/\.test$/, "");
      const titles = readFileSync(join(ROOT, file), "utf8").matchAll(TITLE);
      return [...titles].map(([, _quote, title]) => `${place}: ${title}`);
    }),
  );
}
