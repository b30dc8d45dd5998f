import { expect, test } from "vitest";
import { CONTEXT } from "../../test/support/api-handler.ts";
import { anInstance } from "../../test/support/store-examples.ts";
import type { Instance, InstanceEnd } from "../batch/instance.ts";
import { createInstanceRoute } from "./instance-route.ts";

const LAUNCHED_AT_MS = Date.parse("2026-01-02T03:04:05Z");
const MINUTE_MS = 60_000;
const LAUNCH = "It is a local.host that environment launched at 2026-01-02T03:04:05.000Z.";

/** What is answered of the only instance that there is. */
async function told(differing: Partial<Instance>): Promise<unknown> {
  const instance = anInstance("i-1", { launchedAtMs: LAUNCHED_AT_MS, ...differing });
  const route = createInstanceRoute({
    authenticate: () => ({ scope: instance.scope, principal: CONTEXT.principal }),
    store: { readInstance: async (_scope, instanceId) => (instanceId === "i-1" ? instance : undefined) },
  });
  const target = "/batchyard/instance?instanceId=i-1";
  const { body } = await route({ method: "GET", target, headers: {}, body: new Uint8Array() }, "id");
  return JSON.parse(String(body));
}

function gone(terminatedBecause: InstanceEnd): Partial<Instance> {
  return { terminatedAtMs: LAUNCHED_AT_MS + MINUTE_MS, terminatedBecause };
}

test.each<[sentence: string, differing: Partial<Instance>]>([
  [`${LAUNCH} It boots.`, {}],
  [
    `${LAUNCH} It has taken jobs since 2026-01-02T03:05:05.000Z.`,
    { registeredAtMs: LAUNCHED_AT_MS + MINUTE_MS },
  ],
  [
    `${LAUNCH} It goes at 2026-01-02T03:05:05.000Z at the latest: its environment has other settings now.`,
    { leaving: { because: "replaced", atMs: LAUNCHED_AT_MS + MINUTE_MS } },
  ],
  [
    `${LAUNCH} It goes when nothing runs on it any more: an attempt on it was lost, and nobody knows why.`,
    { leaving: { because: "lost" } },
  ],
  [`${LAUNCH} It went at 2026-01-02T03:05:05.000Z: nothing had run on it for a while.`, gone("idle")],
  [
    `${LAUNCH} It went at 2026-01-02T03:05:05.000Z: it was kept for minvCpus only, and others came in its place for a job that needed them.`,
    gone("exchanged"),
  ],
  [`${LAUNCH} It went at 2026-01-02T03:05:05.000Z: its Spot capacity was taken back.`, gone("reclaimed")],
  [
    `${LAUNCH} It went at 2026-01-02T03:05:05.000Z: its environment was deleted.`,
    gone("environment-deleted"),
  ],
])("says in words: %s", async (sentence, differing) => {
  expect(await told(differing)).toMatchObject({ sentence });
});

test("has the record, with the name of its environment", async () => {
  const differing = { launchedAtMs: LAUNCHED_AT_MS, isSpot: true, ...gone("lost") };
  const { containerInstanceArn, instanceType, resources } = anInstance("i-1");
  expect(await told(differing)).toEqual({
    instanceId: "i-1",
    containerInstanceArn,
    instanceType,
    resources,
    ...differing,
    computeEnvironmentName: "environment",
    sentence: expect.stringMatching(/^It is a local\.host of Spot capacity that environment launched/),
  });
});
