import { describe, expect, test } from "vitest";
import type { Provider } from "./provider.ts";
import { describeSeveralContainers } from "./several-containers-contract.ts";
import { ProviderDriver, aScript, anAttempt, recovered } from "../../test/support/provider-driver.ts";

/** What a provider's tests give to the contract: a place of its own, and how to look at it from outside. */
export interface ProviderHarness extends AsyncDisposable {
  /** A provider at this place. The one before has been disposed of. */
  open(): Provider;
  readLog(streamId: string): Buffer;
  /** Whether any process of the task is there. */
  isAlive(taskId: string): boolean;
  /** Why tasks of a group cannot reach each other on this machine, whatever the provider does; undefined where they can. */
  readonly obstacle: string | undefined;
  /** From outside, to a container of the task; resolves once that has ended. */
  signal(taskId: string, index: number, signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Attempts that it can end within some seconds when all of them are started at once. */
  readonly manyCount: number;
}

const OUT_OF_MEMORY_REASON = "OutOfMemoryError: Container killed due to memory usage";

/** What holds for every provider that runs commands. */
export function describeProvider(name: string, createHarness: () => Promise<ProviderHarness>): void {
  describe(name, () => {
    describe("an attempt", () => {
      test.each<[name: string, script: string, exitCode: number]>([
        ["that succeeds ends with 0", "true", 0],
        ["that fails ends with its exit code", "exit 3", 3],
      ])("%s", async (_name, script, exitCode) => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const spec = aScript(script);
        driver.provider.start(spec);
        const ended = await driver.ended(spec.taskId);
        const started = driver.find(spec.taskId, "started");
        const { peakMemoryBytes: _peak, cpuTimeMs: _cpu, ...outcome } = ended.outcome;
        expect(outcome).toEqual({ kind: "exited", exitCode });
        expect(ended.startedAtMs).toBe(started?.atMs);
        expect(ended.atMs).toBeGreaterThanOrEqual(started?.atMs ?? Infinity);
      });

      test.each([
        ["standard output", ""],
        ["standard error", ">&2"],
      ])("has all that it writes to %s in its log, byte for byte", async (_name, redirection) => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const spec = aScript(
          String.raw`(printf 'a\000\377\303'; printf '\251\r\n\n'; printf 'c\n') ${redirection}`,
        );
        driver.provider.start(spec);
        await driver.ended(spec.taskId);
        expect(harness.readLog(spec.logStreamId)).toEqual(Buffer.from("a\0\xff\xc3\xa9\r\n\nc\n", "latin1"));
      });

      test("sees the environment that it was given, to the byte, and the last of two of one name", async () => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const environment = [
          { name: "TWICE", value: "first" },
          { name: "QUOTES", value: `it's "so" \\ $HOME \`id\` $(id)` },
          { name: "LINES", value: "one\ntwo\n" },
          { name: "UNICODE", value: "zażółć ✓ \u{1f600} \u0081\u0088" },
          { name: "EMPTY", value: "" },
          { name: "TWICE", value: "last" },
        ];
        const spec = anAttempt(["cat", "/proc/self/environ"], { environment });
        driver.provider.start(spec);
        await driver.ended(spec.taskId);
        const seen = harness.readLog(spec.logStreamId).toString("utf8").split("\0");
        const expected = environment.slice(1).map((entry) => `${entry.name}=${entry.value}`);
        expect(seen).toEqual(expect.arrayContaining(expected));
        expect(seen).not.toContain("TWICE=first");
      });

      test("finds nothing that another has left", async () => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const first = aScript("echo left >behind; cat behind");
        driver.provider.start(first);
        await driver.ended(first.taskId);
        const second = aScript("cat behind 2>&1 || echo none; echo left >behind");
        driver.provider.start(second);
        await driver.ended(second.taskId);
        expect(harness.readLog(first.logStreamId).toString()).toBe("left\n");
        expect(harness.readLog(second.logStreamId).toString()).toMatch(/\bbehind\b.*\nnone\n$/);
      });

      test("is measured", async () => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const spec = aScript("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo ready; sleep 60");
        driver.provider.start(spec);
        await driver.until(() => harness.readLog(spec.logStreamId).includes("ready"));
        driver.look();
        driver.provider.kill(spec.taskId);
        const { outcome } = await driver.ended(spec.taskId);
        expect(outcome.peakMemoryBytes).toBeGreaterThan(100_000);
        expect(outcome.peakMemoryBytes).toBeLessThan(64 * 1024 * 1024);
        expect(outcome.cpuTimeMs).toBeGreaterThan(0);
      });

      test("that goes over its memory ends with 137 and AWS's reason", async () => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const resources = { vcpuMillis: 250, memoryMiB: 32, gpuCount: 0 };
        const spec = aScript("head -c 300000000 /dev/zero | tail -c 1000000000", { resources });
        driver.provider.start(spec);
        const { outcome } = await driver.ended(spec.taskId);
        expect(outcome).toMatchObject({ kind: "exited", exitCode: 137, reason: OUT_OF_MEMORY_REASON });
        await driver.until(() => !harness.isAlive(spec.taskId));
      });

      test.each<[name: string, command: readonly string[], reason: string]>([
        [
          "of an unknown program",
          ["no-such-program"],
          `exec: "no-such-program": executable file not found in $PATH`,
        ],
        ["of a missing file", ["/no/such"], `exec: "/no/such": stat /no/such: no such file or directory`],
      ])("%s does not start", async (_name, command, reason) => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const spec = anAttempt(command);
        driver.provider.start(spec);
        const { outcome, startedAtMs } = await driver.ended(spec.taskId);
        expect({ kind: outcome.kind, exitCode: outcome.exitCode, startedAtMs }).toEqual({
          kind: "start-failed",
        });
        expect(outcome.reason).toMatch(/^CannotStartContainerError: /);
        expect(outcome.reason).toContain(reason);
        expect(outcome.reason?.length).toBeLessThanOrEqual(255);
        expect(driver.find(spec.taskId, "started")).toBeUndefined();
      });
    });

    describe("what is asked twice", () => {
      test("starts once, however often it is asked", async () => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const spec = aScript("echo ran");
        for (let times = 0; times < 3; times += 1) driver.provider.start(spec);
        await driver.started(spec.taskId);
        driver.provider.start(spec);
        await driver.ended(spec.taskId);
        driver.provider.start(spec);
        driver.look();
        expect(harness.readLog(spec.logStreamId).toString()).toBe("ran\n");
        expect(driver.provider.observe()).toHaveLength(2);
      });

      test("is told again until it is acknowledged, in the order of its coming", async () => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const spec = aScript("exit 1");
        driver.provider.start(spec);
        const ended = await driver.ended(spec.taskId);
        const [started] = driver.provider.observe();
        expect(driver.provider.observe()).toEqual([started, ended]);
        driver.provider.acknowledge(spec.taskId, "started");
        expect(driver.provider.observe()).toEqual([ended]);
        driver.provider.acknowledge(spec.taskId, "started");
        expect(driver.provider.observe()).toEqual([ended]);
        driver.provider.acknowledge(spec.taskId, "ended");
        driver.provider.acknowledge(spec.taskId, "ended");
        expect(driver.provider.observe()).toEqual([]);
      });

      test("ends each of many short attempts at a time once", async () => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const { manyCount } = harness;
        const specs = Array.from({ length: manyCount }, (_, index) =>
          aScript(`echo ${index}; exit ${index % 7}`),
        );
        for (const spec of specs) driver.provider.start(spec);
        await driver.until(
          () => driver.provider.observe().filter(({ kind }) => kind === "ended").length >= manyCount,
        );
        driver.look();
        const ends = driver.provider.observe().flatMap((news) => (news.kind === "ended" ? [news] : []));
        expect(new Map(ends.map(({ taskId, outcome }) => [taskId, outcome.exitCode]))).toEqual(
          new Map(specs.map(({ taskId }, index) => [taskId, index % 7])),
        );
        expect(ends).toHaveLength(manyCount);
        expect(specs.map(({ logStreamId }) => harness.readLog(logStreamId).toString())).toEqual(
          specs.map((_, index) => `${index}\n`),
        );
      });
    });

    describe("stopping", () => {
      test("sends SIGTERM, which a command may answer as it likes", async () => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const spec = aScript("trap 'echo bye; exit 7' TERM; echo ready; sleep 600 & wait");
        driver.provider.start(spec);
        await driver.until(() => harness.readLog(spec.logStreamId).includes("ready"));
        driver.provider.stop(spec.taskId);
        expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 7 });
        expect(harness.readLog(spec.logStreamId).toString()).toBe("ready\nbye\n");
      });

      test("ends a stubborn command and all its children only when it is killed", async () => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const child = "sh -c 'trap \"\" TERM; sleep 600 & wait' &";
        const spec = aScript(`trap 'echo no' TERM; ${child} echo ready; while :; do sleep 600 & wait; done`);
        driver.provider.start(spec);
        await driver.until(() => harness.readLog(spec.logStreamId).includes("ready"));
        driver.provider.stop(spec.taskId);
        await driver.until(() => harness.readLog(spec.logStreamId).includes("no"));
        driver.look();
        expect(driver.find(spec.taskId, "ended")).toBeUndefined();
        driver.provider.kill(spec.taskId);
        driver.provider.kill(spec.taskId);
        expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 137 });
        await driver.until(() => !harness.isAlive(spec.taskId));
      });

      test("reaches one that has only just been started", async () => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const specs = Array.from({ length: 20 }, () => aScript("sleep 600"));
        for (const spec of specs) {
          driver.provider.start(spec);
          driver.provider.stop(spec.taskId);
        }
        await driver.until(() => specs.every(({ taskId }) => driver.find(taskId, "ended")));
        expect(specs.some(({ taskId }) => harness.isAlive(taskId))).toBe(false);
      });

      test("leaves nothing of a command that ended before its children", async () => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        const spec = aScript("sleep 600 & sh -c 'trap \"\" TERM HUP; sleep 600' & exit 4");
        driver.provider.start(spec);
        expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 4 });
        await driver.until(() => !harness.isAlive(spec.taskId));
      });

      test("of what is not known does nothing", async () => {
        await using harness = await createHarness();
        await using driver = await ProviderDriver.recover(harness.open());
        driver.provider.stop("unknown");
        driver.provider.kill("unknown");
        driver.provider.acknowledge("unknown", "ended");
        expect(driver.provider.observe()).toEqual([]);
      });
    });

    describe("after a restart", () => {
      test("a running attempt goes on, and its end is told", async () => {
        await using harness = await createHarness();
        const spec = aScript("trap 'exit 8' TERM; echo ready; sleep 600 & wait");
        const before = await ProviderDriver.recover(harness.open());
        before.provider.start(spec);
        const started = await before.started(spec.taskId);
        await before.until(() => harness.readLog(spec.logStreamId).includes("ready"));
        await before[Symbol.asyncDispose]();
        expect(harness.isAlive(spec.taskId)).toBe(true);

        await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
        driver.provider.start(spec);
        expect(driver.provider.observe()).toEqual([]);
        driver.provider.stop(spec.taskId);
        const ended = await driver.ended(spec.taskId);
        expect(ended.outcome).toMatchObject({ kind: "exited", exitCode: 8 });
        expect(ended.startedAtMs).toBe(started.atMs);
        expect(harness.readLog(spec.logStreamId).toString()).toBe("ready\n");
      });

      test("a start that nobody heard of is told again, as the same instant", async () => {
        await using harness = await createHarness();
        const spec = aScript("sleep 600");
        const before = await ProviderDriver.recover(harness.open());
        before.provider.start(spec);
        const started = await before.started(spec.taskId);
        await before[Symbol.asyncDispose]();

        await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, false)]);
        await driver.started(spec.taskId);
        expect(driver.provider.observe()).toEqual([started]);
        driver.provider.kill(spec.taskId);
        await driver.ended(spec.taskId);
      });

      test("an attempt that ended meanwhile has its exit code", async () => {
        await using harness = await createHarness();
        const spec = aScript("echo ready; trap 'exit 9' TERM; while :; do sleep 0.01; done");
        const before = await ProviderDriver.recover(harness.open());
        before.provider.start(spec);
        const started = await before.started(spec.taskId);
        await before.until(() => harness.readLog(spec.logStreamId).includes("ready"));
        before.provider.stop(spec.taskId);
        await before[Symbol.asyncDispose]();
        while (harness.isAlive(spec.taskId)) await new Promise((resolve) => setImmediate(resolve));

        await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
        const ended = await driver.ended(spec.taskId);
        expect(ended.outcome).toMatchObject({ kind: "exited", exitCode: 9 });
        expect(ended.startedAtMs).toBe(started.atMs);
        expect(ended.atMs).toBeGreaterThanOrEqual(started.atMs);
        expect(ended.atMs).toBeLessThanOrEqual(Date.now());
      });

      test("an end that was not acknowledged is told again, and one that was is forgotten", async () => {
        await using harness = await createHarness();
        const [kept, forgotten] = [aScript("exit 5"), aScript("exit 6")];
        const before = await ProviderDriver.recover(harness.open());
        for (const { taskId, ...spec } of [kept, forgotten]) before.provider.start({ taskId, ...spec });
        await before.ended(kept.taskId);
        await before.ended(forgotten.taskId);
        before.provider.acknowledge(forgotten.taskId, "ended");
        await before[Symbol.asyncDispose]();

        await using driver = await ProviderDriver.recover(harness.open(), [recovered(kept, true)]);
        await driver.ended(kept.taskId);
        expect(driver.provider.observe()).toMatchObject([
          { kind: "ended", taskId: kept.taskId, outcome: { exitCode: 5 } },
        ]);
      });

      test("an attempt that never began is started", async () => {
        await using harness = await createHarness();
        await using first = await ProviderDriver.recover(harness.open());
        await first[Symbol.asyncDispose]();
        const spec = aScript("echo ran");
        await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, false)]);
        expect((await driver.ended(spec.taskId)).outcome).toMatchObject({ kind: "exited", exitCode: 0 });
        expect(harness.readLog(spec.logStreamId).toString()).toBe("ran\n");
      });

      test("a running attempt of which nothing is there is lost with its host", async () => {
        await using harness = await createHarness();
        await using first = await ProviderDriver.recover(harness.open());
        await first[Symbol.asyncDispose]();
        const spec = aScript("echo ran");
        await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
        expect((await driver.ended(spec.taskId)).outcome).toEqual({ kind: "host-lost" });
        expect(harness.readLog(spec.logStreamId).toString()).toBe("");
      });

      test("what nobody knows any more is ended and cleared away", async () => {
        await using harness = await createHarness();
        const spec = aScript("setsid sleep 600 & echo ready; sleep 600");
        const before = await ProviderDriver.recover(harness.open());
        before.provider.start(spec);
        await before.until(() => harness.readLog(spec.logStreamId).includes("ready"));
        await before[Symbol.asyncDispose]();

        await using driver = await ProviderDriver.recover(harness.open());
        await driver.until(() => !harness.isAlive(spec.taskId));
        expect(driver.provider.observe()).toEqual([]);
      });
    });

    describeSeveralContainers(createHarness);
  });
}
