import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DockerHarness } from "../../../test/support/docker-harness.ts";
import { FakeDockerEngine } from "../../../test/support/fake-docker-engine.ts";
import { ProviderDriver, aScript, recovered } from "../../../test/support/provider-driver.ts";
import { readOwnerId } from "./owner-id.ts";

test("marks go with their attempts, also where a crash left one half written or nobody to remove it", async () => {
  const engine = new FakeDockerEngine();
  const harness = new FakeHarness("unix:///none", { engine });
  await using _harness = harness;
  readOwnerId(harness.dir);
  const spec = aScript("true");
  for (const name of ["ended.mark", "ended.mark.new", `${spec.taskId}.mark`, `${spec.taskId}.mark.new`]) {
    writeFileSync(join(harness.dir, name), "");
  }
  await using driver = await ProviderDriver.recover(harness.open(), [recovered(spec, true)]);
  expect(readdirSync(harness.dir).filter((name) => name.startsWith("ended"))).toEqual([]);
  await driver.ended(spec.taskId);
  driver.provider.acknowledge(spec.taskId, "ended");
  expect(readdirSync(harness.dir)).toEqual(["owner"]);
});

class FakeHarness extends DockerHarness {
  override containers(): readonly string[] {
    return [];
  }
}
