import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ProcessHarness } from "../../../test/support/process-harness.ts";
import { ProviderDriver, aScript, anAttempt } from "../../../test/support/provider-driver.ts";
import type { ContainerSpec } from "../provider.ts";
import { describeMissingExecutable } from "./find-executable.ts";
import { DEFAULT_PATH } from "./machine-probe.ts";

const SHELLS = [["sh"], ["dash"], ["bash"], ["busybox", "sh"]].filter(
  ([program = ""]) => describeMissingExecutable(program, DEFAULT_PATH, "/") === undefined,
);

const VALUES = {
  PLAIN: "s3cret-value",
  QUOTES: `it's "quoted" \\ $HOME \`id\` $(id)`,
  LINES: "one\ntwo\r three \n\nend",
  UNICODE: "Grüße, 世界 🚀",
  EMPTY: "",
  PATH: DEFAULT_PATH,
  line: "a name that the shell text uses",
};

function withSecrets(values: Readonly<Record<string, string>>): Pick<ContainerSpec, "secrets"> {
  return { secrets: { variables: Object.entries(values).map(([name, value]) => ({ name, value })) } };
}

describe.each(SHELLS)("with the shell %s %s", (...shell) => {
  test.each([
    ["exported", []],
    ["beside a name that no shell can export", [{ name: "dotted.name", value: "x" }]],
  ])("secrets arrive as they were given, %s", async (_name, environment) => {
    await using harness = new ProcessHarness({ shell: shell.filter((word) => word !== undefined) });
    await using driver = await ProviderDriver.recover(harness.open());
    const spec = anAttempt(["env", "-0"], {
      environment: [{ name: "PLAIN", value: "not secret" }, ...environment],
      ...withSecrets(VALUES),
    });
    driver.provider.start(spec);
    expect(await driver.ended(spec.taskId)).toMatchObject({ outcome: { kind: "exited", exitCode: 0 } });
    const seen = harness.readLog(spec.logStreamId).toString().split("\0");
    expect(seen).toEqual(expect.arrayContaining(Object.entries(VALUES).map((entry) => entry.join("="))));
  });
});

/** Everything in files below the folder; a FIFO has nothing on the disk. */
function readFiles(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

test("no file and no command line holds a secret, before, while and after the attempt runs", async () => {
  await using harness = new ProcessHarness();
  await using driver = await ProviderDriver.recover(harness.open());
  const spec = aScript('[ "$KEY" = k-e-y ] && read -r line; exit 3', {
    environment: [{ name: "a.b", value: "visible" }],
    ...withSecrets({ KEY: "k-e-y" }),
  });
  driver.provider.start(spec);
  await driver.started(spec.taskId);
  expect(readFiles(harness.dir)).toContain("visible");
  expect(readFiles(harness.dir).replaceAll("= k-e-y ]", "")).not.toContain("k-e-y");
  await driver.ended(spec.taskId);
  expect(readFiles(harness.dir).replaceAll("= k-e-y ]", "")).not.toContain("k-e-y");
});

test("what one attempt did not read does not reach the next", async () => {
  const openFile = (streamId: string): string =>
    streamId === "nowhere" ? "/nonexistent/log" : harness.openLog(streamId);
  await using harness: ProcessHarness = new ProcessHarness({ logs: { openFile, closeFile: () => {} } });
  await using driver = await ProviderDriver.recover(harness.open());
  for (let index = 0; index < 6; index += 1) {
    // Without a log it ends before it reads.
    const first = aScript("true", { ...withSecrets({ FIRST: "left" }), logStreamId: "nowhere" });
    const spec = aScript('echo "${FIRST-none} ${SECOND-none}"', withSecrets({ SECOND: `of ${index}` }));
    driver.provider.start(first);
    expect(await driver.ended(first.taskId)).not.toMatchObject({ outcome: { exitCode: 0 } });
    driver.provider.start(spec);
    await driver.ended(spec.taskId);
    expect(harness.readLog(spec.logStreamId).toString()).toBe(`none of ${index}\n`);
  }
});

test("large secrets arrive whole; what no pipe takes is a reason not to start", async () => {
  await using harness = new ProcessHarness();
  await using driver = await ProviderDriver.recover(harness.open());
  const fitting = aScript('printf %s "$LARGE" | wc -c', withSecrets({ LARGE: "x".repeat(60_000) }));
  const tooLarge = aScript("true", withSecrets({ LARGE: "x".repeat(70_000) }));
  driver.provider.start(tooLarge);
  driver.provider.start(fitting);
  await driver.ended(fitting.taskId);
  expect(harness.readLog(fitting.logStreamId).toString().trim()).toBe("60000");
  expect((await driver.ended(tooLarge.taskId)).outcome).toEqual({
    kind: "start-failed",
    reason:
      "ResourceInitializationError: unable to pull secrets or registry auth: together they are larger than the " +
      "process provider can pass on",
  });
});

test.each<[secrets: ContainerSpec["secrets"], reason: string]>([
  [{ failure: "ResourceInitializationError: because" }, "ResourceInitializationError: because"],
  [
    { variables: [{ name: "a.b", value: "x" }] },
    "ResourceInitializationError: unable to pull secrets or registry auth: a.b cannot be the name of a shell's variable",
  ],
  [
    { variables: [{ name: "PATH", value: "nowhere" }] },
    'CannotStartContainerError: Error response from daemon: failed to create task for container: exec: "sh": ' +
      "executable file not found in $PATH: unknown",
  ],
])("an attempt whose secrets cannot be had or used does not start: %j", async (secrets, reason) => {
  await using harness = new ProcessHarness();
  await using driver = await ProviderDriver.recover(harness.open());
  const spec = aScript("true", secrets === undefined ? {} : { secrets });
  driver.provider.start(spec);
  expect((await driver.ended(spec.taskId)).outcome).toEqual({ kind: "start-failed", reason });
});

test("an attempt whose environment needs env(1), which a secret PATH leads away from, does not start", async () => {
  await using harness = new ProcessHarness();
  await using driver = await ProviderDriver.recover(harness.open());
  const spec = anAttempt(["/bin/sh", "-c", "true"], {
    environment: [{ name: "dotted.name", value: "x" }],
    ...withSecrets({ PATH: "nowhere" }),
  });
  driver.provider.start(spec);
  expect((await driver.ended(spec.taskId)).outcome).toMatchObject({
    kind: "start-failed",
    reason: expect.stringContaining('exec: "env": executable file not found in $PATH'),
  });
});
