import { afterAll, beforeAll, describe, inject } from "vitest";
import { findBridgeObstacle } from "../support/bridge-obstacle.ts";
import { describeSeveralContainers } from "../support/several-containers.ts";
import { ROOMY, UsedServer } from "../support/use-server.ts";

const dockerHost = inject("dockerHost");

describe.skipIf(dockerHost === "").each(["none", "host"])("in containers, with the network %s", (network) => {
  const used = new UsedServer();

  beforeAll(async () => {
    const engine = ["--provider", "docker", "--docker-host", dockerHost, "--docker-network", network];
    await used.start({ flags: [...ROOMY, ...engine] });
  });

  afterAll(async () => {
    await used.end();
  });

  describeSeveralContainers(used, network === "host" ? undefined : findBridgeObstacle());
});
