import { existsSync } from "node:fs";
import { isSystemError } from "../../lib/system-error.ts";
import { chooseEngineAddress, describeEngineAddress } from "../../providers/docker/engine-address.ts";
import { type EngineFailure, findEngine } from "../../providers/docker/find-engine.ts";
import { lookAtEngineDisk } from "./engine-disk.ts";
import type { Finding } from "./finding.ts";

export interface EngineSources {
  readonly dockerHost?: string | undefined;
  /** The engine that the data folder has recorded. */
  readonly recorded?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly dataDir: string;
}

/** What was seen of the engine, and whether the server waits for it rather than run jobs in another way. */
export interface EngineLook {
  readonly finding: Finding;
  /** Absent where it is on another machine. */
  readonly disk?: Finding;
  readonly isAwaited: boolean;
}

const NAME = "containers";

/** Whether a Docker or Podman answers, and which: by the server's own rule. */
export async function lookAtContainerEngine(sources: EngineSources): Promise<EngineLook> {
  const choice = chooseEngineAddress({ ...sources, exists: existsSync });
  if ("problem" in choice) {
    const remedy = "Correct it, or leave it out: the server does not start with it.";
    const finding = { name: NAME, verdict: "missing", text: choice.problem, remedy } as const;
    return { finding, isAwaited: true };
  }
  const namedBy = "address" in choice ? choice.namedBy : undefined;
  const found = await findEngine("address" in choice ? [choice.address] : choice.addresses);
  const isAwaited = namedBy !== undefined;
  if ("failures" in found) return { finding: describeFailures(found.failures, namedBy), isAwaited };

  const { address, description } = found;
  await using _engine = found.engine;
  const disk = await lookAtEngineDisk(found, sources.dataDir);
  const text = `${description.product} ${description.version} at ${describeEngineAddress(address)}`;
  return { finding: { name: NAME, verdict: "good", text }, ...(disk && { disk }), isAwaited };
}

function describeFailures(failures: readonly EngineFailure[], namedBy: string | undefined): Finding {
  const codes = failures.map(({ error }) => codeOf(error));
  if (namedBy === undefined && codes.every((code) => code === "ENOENT")) {
    const remedy =
      "Install Docker or Podman, or set DOCKER_HOST. Without them jobs run as plain processes, not isolated.";
    return { name: NAME, verdict: "missing", text: "no container engine was found", remedy };
  }
  const text = failures
    .map(({ address }, index) => `${describeEngineAddress(address)}: ${codes[index]}`)
    .join(", ");
  const cure = remedyOf(codes[0] ?? "");
  const remedy = namedBy === undefined ? cure : `${cure} The server waits for it: ${namedBy} names it.`;
  return { name: NAME, verdict: "missing", text, remedy };
}

/** The code of what went wrong, or the words of who does not have one. */
function codeOf({ cause, message }: Error): string {
  return isSystemError(cause) ? cause.code : message;
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
