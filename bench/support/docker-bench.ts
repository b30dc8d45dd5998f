import { EngineApi } from "../reference/engine-api.ts";
import { JobServer } from "./job-server.ts";

/** The network with which containers start fastest: what we add shows most. */
export const NETWORK = "host";
export const IMAGE = "busybox:1";

/** The engine that `DOCKER_HOST` names, else the one of the machine. */
function engineSocket(): string {
  const { DOCKER_HOST = "unix:///var/run/docker.sock" } = process.env;
  if (!DOCKER_HOST.startsWith("unix://"))
    throw new Error(`DOCKER_HOST must name a socket, got ${DOCKER_HOST}`);
  return DOCKER_HOST.slice("unix://".length);
}

export function openEngine(): EngineApi {
  return new EngineApi(engineSocket());
}

/** A server that runs its jobs with the same engine and, unless another is named, the same network. */
export function startDockerServer(slots: number, network = NETWORK): Promise<JobServer> {
  const flags = ["--provider", "docker", "--docker-host", `unix://${engineSocket()}`];
  return JobServer.start({ slots, flags: [...flags, "--docker-network", network], connections: slots });
}
