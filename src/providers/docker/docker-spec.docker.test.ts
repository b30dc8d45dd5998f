import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { DockerTestEngine, parseTestAddress } from "../../../test/support/docker-engine.ts";
import { type AttemptParts, aScript, onlyRun } from "../../../test/support/provider-driver.ts";
import { waitFor } from "../../../test/support/wait-for.ts";
import type { ContainerProperties } from "../../model/batch.ts";
import { containerName, createDockerSpec } from "./docker-spec.ts";
import { connectEngine } from "./engine-client.ts";

const dockerHost = inject("dockerHost");
const SIGNAL = AbortSignal.timeout(100_000);

describe.skipIf(dockerHost === "")("a container made for an attempt", () => {
  test.each<[name: string, script: string, container: ContainerProperties, expected: string]>([
    ["has its environment", 'echo "$A"', {}, "1 =\n"],
    ["runs as its user", "id -u", { user: "nobody" }, "65534\n"],
    [
      "cannot write to a root that is read-only",
      "touch /file 2>/dev/null || echo read-only",
      { readonlyRootFilesystem: true },
      "read-only\n",
    ],
    [
      "has its limits",
      "ulimit -Sn; ulimit -Hn",
      { ulimits: [{ name: "nofile", softLimit: 100, hardLimit: 200 }] },
      "100\n200\n",
    ],
    [
      "has a first process that is not its own",
      "[ $$ = 1 ] || echo init",
      { linuxParameters: { initProcessEnabled: true } },
      "init\n",
    ],
    [
      "has its shared memory",
      "df -k /dev/shm | awk 'END { print $2 }'",
      { linuxParameters: { sharedMemorySize: 5 } },
      "5120\n",
    ],
    [
      "has its file system in memory",
      "df -k /scratch | awk 'END { print $2 }'; stat -c %a /scratch",
      { linuxParameters: { tmpfs: [{ containerPath: "/scratch", size: 3, mountOptions: ["mode=700"] }] } },
      "3072\n700\n",
    ],
    [
      "has its device",
      "head -c 3 /dev/nothing | wc -c; echo >/dev/nothing && echo written",
      { linuxParameters: { devices: [{ hostPath: "/dev/zero", containerPath: "/dev/nothing" }] } },
      "3\nwritten\n",
    ],
  ])("%s", async (_name, script, container, expected) => {
    expect(await run(script, container)).toBe(expected);
  });

  test("leaves no volume behind", async () => {
    const testEngine = DockerTestEngine.at(dockerHost);
    const before = await testEngine.listVolumes();
    const container = {
      volumes: [{ name: "own" }],
      mountPoints: [{ sourceVolume: "own", containerPath: "/own" }],
    };
    expect(await run("grep -c ' /own ' /proc/mounts", container)).toBe("1\n");
    expect(await testEngine.listVolumes()).toEqual(before);
  });

  test("sees the host's folders, which are made where they are missing", async () => {
    const folder = mkdtempSync(join(tmpdir(), "batchyard-volume-"));
    try {
      const container = {
        volumes: [{ name: "data", host: { sourcePath: join(folder, "new/data") } }],
        mountPoints: [
          { sourceVolume: "data", containerPath: "/out" },
          { sourceVolume: "data", containerPath: "/in", readOnly: true },
        ],
      };
      const script = "echo text >/out/file; cat /in/file; touch /in/other 2>/dev/null || echo read-only";
      expect(await run(script, container)).toBe("text\nread-only\n");
      expect(readFileSync(join(folder, "new/data/file"), "utf8")).toBe("text\n");
      expect(existsSync(join(folder, "new/data/other"))).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("has its memory, without swap, and its vCPUs", async () => {
    const first =
      "memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes cpu/cpu.shares cpu/cpu.cfs_quota_us";
    const second = "memory.max memory.swap.max cpu.max";
    const script = `cd /sys/fs/cgroup; cat ${first} ${second} 2>/dev/null; true`;
    await using engine = connectEngine(parseTestAddress(dockerHost));
    const { cgroupVersion } = await engine.describe(SIGNAL);
    const expected =
      cgroupVersion === 1 ? "67108864\n67108864\n1536\n150000\n" : "67108864\n0\n150000 100000\n";
    expect(await run(script, {}, { isVcpuLimited: true })).toBe(expected);
  });
});

/** What the script printed, run as an attempt would be. */
async function run(script: string, container: ContainerProperties, more: AttemptParts = {}): Promise<string> {
  await using engine = connectEngine(parseTestAddress(dockerHost));
  const environment = [{ name: "A", value: "1 =" }];
  const resources = { vcpuMillis: 1500, memoryMiB: 64, gpuCount: 0 };
  const spec = aScript(script, { container, environment, resources, ...more });
  const made = createDockerSpec(onlyRun(spec), {
    owner: spec.taskId,
    network: "none",
    imageMap: [],
    fileSystems: [],
    engine: await engine.describe(SIGNAL),
    jobLogBytesMax: 1024 * 1024,
  });
  if ("failure" in made) throw new Error(made.failure);
  const id = await engine.createContainer(containerName(spec.taskId), made.request, SIGNAL);
  try {
    await engine.startContainer(id, SIGNAL);
    await waitFor("the container's end", async () => {
      const facts = await engine.inspectContainer(id, SIGNAL);
      return facts?.status === "exited" ? facts : undefined;
    });
    const chunks: Uint8Array[] = [];
    for await (const pieces of engine.readLog(id, { follow: false }, SIGNAL))
      chunks.push(...pieces.map(({ bytes }) => bytes));
    return Buffer.concat(chunks).toString();
  } finally {
    await engine.removeContainer(id, SIGNAL);
  }
}
