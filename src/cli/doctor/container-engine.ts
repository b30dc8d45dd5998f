import { existsSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import type { Finding } from "./finding.ts";

interface Place {
  /** As a person would name it. */
  readonly text: string;
  readonly address: { readonly socketPath: string } | { readonly host: string; readonly port: number };
}

interface Sources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
}

const WAIT_MAX_MS = 3_000;
const TCP_PORT = 2_375;

/** What the server takes for an engine's address; with anything else it does not start. */
const SCHEME = /^(?:unix:\/\/\/|(?:tcp|https?):\/\/.)/;

/** Whether a Docker or Podman answers, and which. */
export async function lookAtContainerEngine(sources: Sources): Promise<Finding> {
  const name = "containers";
  const host = sources.environment["DOCKER_HOST"];
  if (host !== undefined && host !== "" && !SCHEME.test(host)) {
    const remedy =
      "Set it to unix:///PATH or tcp://HOST:PORT, or unset it: the server does not start with it. An engine that is " +
      "reached over ssh: forward its socket with `ssh -L` and name that.";
    return { name: "DOCKER_HOST", verdict: "missing", text: `${host} is no engine's address`, remedy };
  }
  const places = host === undefined || host === "" ? usualPlaces(sources) : [parseDockerHost(host)];
  const failures: Finding[] = [];
  for (const place of places) {
    if (place === undefined) {
      const remedy = "The doctor looks at unix:// and tcp:// without TLS only; the server may know more.";
      return { name, verdict: "poor", text: `DOCKER_HOST=${host} was not tried`, remedy };
    }
    const answer = await askVersion(place);
    if (typeof answer !== "string") {
      const text = `${answer.Version ?? "an engine"} (API ${answer.ApiVersion ?? "?"}) at ${place.text}`;
      return { name, verdict: "good", text };
    }
    failures.push({ name, verdict: "missing", text: `${place.text}: ${answer}`, remedy: remedyOf(answer) });
  }
  const remedy =
    "Install Docker or Podman, or set DOCKER_HOST. Without them jobs run as plain processes, not isolated.";
  return failures[0] ?? { name, verdict: "missing", text: "no container engine was found", remedy };
}

function usualPlaces({ environment, homeDir }: Sources): Place[] {
  const runtimeDir = environment["XDG_RUNTIME_DIR"];
  const paths = [
    "/var/run/docker.sock",
    ...(runtimeDir === undefined
      ? []
      : [join(runtimeDir, "docker.sock"), join(runtimeDir, "podman", "podman.sock")]),
    "/run/podman/podman.sock",
    join(homeDir, ".docker", "run", "docker.sock"),
  ];
  return paths
    .filter((path) => existsSync(path))
    .map((path) => ({ text: path, address: { socketPath: path } }));
}

function parseDockerHost(host: string): Place | undefined {
  const socketPath = /^unix:\/\/(.+)$/.exec(host)?.[1];
  if (socketPath !== undefined) return { text: host, address: { socketPath } };
  const url = /^(tcp|http):\/\//.test(host) ? URL.parse(host.replace(/^tcp/, "http")) : null;
  if (url === null) return undefined;
  return { text: host, address: { host: url.hostname, port: Number(url.port || TCP_PORT) } };
}

/** What `GET /version` answers, or the code of what went wrong. */
function askVersion({ address }: Place): Promise<{ Version?: string; ApiVersion?: string } | string> {
  return new Promise((resolve) => {
    const request = get(
      { ...address, path: "/version", signal: AbortSignal.timeout(WAIT_MAX_MS) },
      (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("end", () => resolve(parseVersion(Buffer.concat(pieces).toString())));
        response.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      },
    );
    request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

function parseVersion(text: string): { Version?: string; ApiVersion?: string } | string {
  try {
    return JSON.parse(text) as { Version?: string; ApiVersion?: string };
  } catch {
    return "what answers is not a container engine";
  }
}

function remedyOf(code: string): string {
  switch (code) {
    case "EACCES":
      return 'Add yourself to its group, `sudo usermod -aG docker "$USER"`, and log in again.';
    case "ECONNREFUSED":
    case "ENOENT":
      return "Start it (`sudo systemctl start docker`), or correct DOCKER_HOST.";
    default:
      return "See whether `docker version` works, and correct DOCKER_HOST.";
  }
}
