import { inject, test } from "vitest";
import { DockerHarness } from "../../../test/support/docker-harness.ts";
import { describeProvider } from "../provider-contract.ts";

const dockerHost = inject("dockerHost");

if (dockerHost === "") test.skip("SKIPPED the Docker provider: there is no container engine", () => {});
else describeProvider("the Docker provider", () => Promise.resolve(new DockerHarness(dockerHost)));
