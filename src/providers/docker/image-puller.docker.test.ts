import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { DockerTestEngine } from "../../../test/support/docker-engine.ts";
import { ImageRegistry } from "../../../test/support/image-registry.ts";
import type { DockerEngine } from "./docker-engine.ts";
import { connectEngine } from "./engine-client.ts";
import { ImagePuller } from "./image-puller.ts";
import { findRegistryAuth } from "./registry-auth.ts";

const dockerHost = inject("dockerHost");
const SIGNAL = AbortSignal.timeout(100_000);
const CLOCK = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

describe.skipIf(dockerHost === "")("pulling from a registry", () => {
  let registry: ImageRegistry;
  let testEngine: DockerTestEngine;
  let engine: DockerEngine;

  beforeAll(async () => {
    registry = await ImageRegistry.start();
    testEngine = DockerTestEngine.at(dockerHost);
    engine = connectEngine(testEngine.address);
  });

  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  function createPuller(configText?: string): ImagePuller {
    const registryAuth = (reference: string) => findRegistryAuth(configText, reference);
    return new ImagePuller({ engine, clock: CLOCK, registryAuth, pausesMs: [1, 1] });
  }

  test("happens once for all who wait, and not at all for what is there", async () => {
    const reference = `${registry.name}/team/app:1`;
    await testEngine.publish(reference);
    expect(await engine.inspectImage(reference, SIGNAL)).toBeUndefined();
    registry.requests.length = 0;
    const puller = createPuller();
    const waiters = Array.from({ length: 20 }, () => puller.get(reference, SIGNAL));
    await Promise.all(waiters);
    expect(await engine.inspectImage(reference, SIGNAL)).toBeDefined();
    const tagRequests = registry.requests.filter((path) => path.endsWith("/manifests/1"));
    expect(tagRequests.length).toBeLessThanOrEqual(2);
    expect(puller.progressOf(reference)).toBeUndefined();

    registry.requests.length = 0;
    await puller.get(reference, SIGNAL);
    await createPuller().get(reference, SIGNAL);
    expect(registry.requests).toEqual([]);
    await testEngine.removeImage(reference);
  });

  test("tells what cannot be had, at once", async () => {
    const reference = `${registry.name}/no/such`;
    await expect(createPuller().get(reference, SIGNAL)).rejects.toMatchObject({
      name: "ImagePullFailure",
      message: expect.stringMatching(
        /^CannotPullContainerError: Error response from daemon: .*(?:not found|unknown)/,
      ),
    });
  });

  test("tells what is denied", async () => {
    registry.gate = (path) =>
      path.startsWith("/v2/secret/")
        ? {
            status: 403,
            body: { errors: [{ code: "DENIED", message: "requested access to the resource is denied" }] },
          }
        : undefined;
    await expect(createPuller().get(`${registry.name}/secret:1`, SIGNAL)).rejects.toMatchObject({
      name: "ImagePullFailure",
      message: expect.stringMatching(/^CannotPullContainerError: .*denied/),
    });
    registry.gate = () => undefined;
  });

  test("shows the credentials that Docker's configuration has", async () => {
    const reference = `${registry.name}/private:1`;
    registry.gate = () => undefined;
    await testEngine.publish(reference);
    const auth = Buffer.from("user:secret").toString("base64");
    registry.gate = (_path, { authorization }) =>
      authorization === `Basic ${auth}`
        ? undefined
        : { status: 401, headers: { "www-authenticate": 'Basic realm="test"' } };
    await expect(createPuller().get(reference, SIGNAL)).rejects.toThrow(/^CannotPullContainerError: /);
    const configText = JSON.stringify({ auths: { [registry.name]: { auth } } });
    await createPuller(configText).get(reference, SIGNAL);
    registry.gate = () => undefined;
    await testEngine.removeImage(reference);
  });

  test("gives up on a registry that is down", async () => {
    const reference = "127.0.0.1:1/app:1";
    await expect(createPuller().get(reference, SIGNAL)).rejects.toThrow(
      /^CannotPullContainerError: .*connection refused/,
    );
  });
});
