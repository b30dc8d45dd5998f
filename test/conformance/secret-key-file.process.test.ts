import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ServerProcess } from "../support/server-process.ts";

const folder = mkdtempSync(join(tmpdir(), "batchyard-key-file-"));
const key = join(folder, "key");
const options = { dataDir: join(folder, "data"), flags: ["--secret-key-file", key] };
const LOST = /the key file .* cannot be used: it is gone, and secrets were sealed with it/;

afterAll(() => rmSync(folder, { recursive: true }));

async function putSecret({ url }: ServerProcess): Promise<{ status: number; body: string }> {
  const response = await fetch(`${url}/secrets`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "a", value: "b" }),
  });
  return { status: response.status, body: await response.text() };
}

test("a lost key file is told of and not replaced while the store holds secrets", async () => {
  {
    await using first = await ServerProcess.start(options);
    expect(await putSecret(first)).toMatchObject({ status: 200 });
  }
  renameSync(key, `${key}.away`);
  {
    await using bereft = await ServerProcess.start(options);
    expect([...bereft.outputLines, bereft.errorOutput].join("\n")).toMatch(LOST);
    expect(await putSecret(bereft)).toEqual({ status: 503, body: expect.stringMatching(LOST) });
    expect(existsSync(key)).toBe(false);
    expect((await fetch(`${bereft.url}/secrets/a`, { method: "DELETE" })).status).toBe(200);
  }
  await using last = await ServerProcess.start(options);
  expect(await putSecret(last)).toMatchObject({ status: 200 });
  expect(existsSync(key)).toBe(true);
});
