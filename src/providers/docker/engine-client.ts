import { EngineRefusal } from "./docker-engine.ts";
import type {
  ContainerEvent,
  ContainerFacts,
  ContainerListing,
  ContainerUse,
  CreateRequest,
  DockerEngine,
  EngineDescription,
  EngineDisk,
  ImageFacts,
  LogPiece,
  LogReading,
  NetworkListing,
  NetworkRequest,
} from "./docker-engine.ts";
import type { EngineAddress } from "./engine-address.ts";
import { chooseApiVersion } from "./engine-api-version.ts";
import {
  parseContainer,
  parseDescription,
  parseDisk,
  parseEvent,
  parseImage,
  parseListing,
  parseNetwork,
  parseUse,
} from "./engine-answers.ts";
import type {
  ContainerAnswer,
  DiskAnswer,
  EventAnswer,
  ImageAnswer,
  InfoAnswer,
  ListingAnswer,
  NetworkAnswer,
  PullAnswer,
  StatsAnswer,
  VersionAnswer,
  VolumesAnswer,
} from "./engine-answers.ts";
import { followLog } from "./follow-log.ts";
import { EngineHttp } from "./engine-http.ts";
import type { EngineRequest } from "./engine-http.ts";
import { parseJsonLines, parseLogFrames } from "./engine-streams.ts";
import { pause } from "./pause.ts";
import { pollLog } from "./poll-log.ts";
import { PullProgress } from "./pull-progress.ts";

/** The engine at an address. Nothing is asked of it before the first call; connections come and go as needed. */
export function connectEngine(address: EngineAddress): DockerEngine {
  return new HttpDockerEngine(new EngineHttp(address));
}

// What the engine's answers mean beyond success: https://docs.docker.com/reference/api/engine/
const NOT_FOUND = 404;
const CONFLICT = 409;

/** https://github.com/moby/moby/blob/master/daemon/events/events.go */
const REMEMBERED_EVENT_COUNT = 256;
/** The engine's clock may be another machine's. */
const CLOCK_SECONDS_MAX = 2;

/** How often a log is read that cannot be followed. */
const POLL_MS = 1_000;

type Call = Omit<EngineRequest, "path">;

class HttpDockerEngine implements DockerEngine {
  readonly #http: EngineHttp;
  #hasNoDaemon = false;
  /** Undefined until the engine has described itself; each description settles it anew. */
  #apiVersion: string | undefined;

  constructor(http: EngineHttp) {
    this.#http = http;
  }

  async describe(signal: AbortSignal): Promise<EngineDescription> {
    // Each answer is of the shape that its call is documented to have; what is missing in it is allowed for.
    const call = { method: "GET", path: "/version", signal, isFresh: true } as const;
    const version = (await this.#http.json(call)) as VersionAnswer;
    this.#apiVersion = chooseApiVersion(version);
    const info = (await this.#json("/info", { method: "GET", signal })) as InfoAnswer;
    const description = parseDescription(version, info, this.#apiVersion);
    this.#hasNoDaemon = description.product === "podman";
    return description;
  }

  async createContainer(name: string, request: CreateRequest, signal: AbortSignal): Promise<string> {
    try {
      const created = await this.#json("/containers/create", {
        method: "POST",
        query: { name },
        body: request,
        signal,
      });
      return (created as { readonly Id: string }).Id;
    } catch (error) {
      if (!isNameTaken(error)) throw error;
      const existing = await this.inspectContainer(name, signal);
      if (existing === undefined) throw error;
      return existing.id;
    }
  }

  /** The engine would run an ended container once more, so what has run is told by looking first. */
  async startContainer(id: string, signal: AbortSignal): Promise<void> {
    const facts = await this.inspectContainer(id, signal);
    if (facts !== undefined && facts.status !== "created") return;
    await this.#done(containerPath(id, "/start"), { method: "POST", signal });
  }

  /** Engines say differently that it does not run, so a refusal is settled by looking. */
  async signalContainer(id: string, name: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#json(containerPath(id, "/kill"), { method: "POST", query: { signal: name }, signal });
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
      const facts = await this.inspectContainer(id, signal);
      if (facts?.status === "running" || facts?.status === "paused") throw error;
    }
  }

  async removeContainer(id: string, signal: AbortSignal): Promise<void> {
    const call = { method: "DELETE", query: { v: "true", force: "true" }, signal } as const;
    await this.#done(containerPath(id), call, [NOT_FOUND, CONFLICT]);
  }

  async inspectContainer(id: string, signal: AbortSignal): Promise<ContainerFacts | undefined> {
    const answer = await this.#find(containerPath(id, "/json"), { method: "GET", signal });
    return answer === undefined ? undefined : parseContainer(answer as ContainerAnswer);
  }

  async listContainers(
    label: string,
    value: string,
    signal: AbortSignal,
  ): Promise<readonly ContainerListing[]> {
    const query = { all: "true", filters: JSON.stringify({ label: [`${label}=${value}`] }) };
    const answer = await this.#json("/containers/json", { method: "GET", query, signal });
    return (answer as readonly ListingAnswer[]).map(parseListing);
  }

  async measureContainer(id: string, signal: AbortSignal): Promise<ContainerUse | undefined> {
    const query = { stream: "false", "one-shot": "true" };
    const path = containerPath(id, "/stats");
    const answer = await this.#find(path, { method: "GET", query, signal }, [NOT_FOUND, CONFLICT]);
    return answer === undefined ? undefined : parseUse(answer as StatsAnswer);
  }

  async *events(
    label: string,
    value: string,
    signal: AbortSignal,
  ): AsyncGenerator<ContainerEvent, void, undefined> {
    const filters = { type: ["container"], label: [`${label}=${value}`] };
    const query = { filters: JSON.stringify(filters) };
    for await (const line of parseJsonLines(this.#stream("/events", { method: "GET", query, signal }))) {
      const event = parseEvent(line as EventAnswer);
      if (event !== undefined) yield event;
    }
    throw this.#http.away("its events have ended");
  }

  async hasRunSince(atMs: number, signal: AbortSignal): Promise<boolean> {
    return this.#remembers(({ timeNano = 0 }) => timeNano / 1e6 <= atMs, 0, signal);
  }

  async remembersMaking(id: string, signal: AbortSignal): Promise<boolean> {
    const isIt = ({ Action, Actor }: EventAnswer): boolean => Action === "create" && Actor?.ID === id;
    return this.#remembers(isIt, CLOCK_SECONDS_MAX, signal);
  }

  readLog(
    id: string,
    { follow, sinceSeconds }: LogReading,
    signal: AbortSignal,
  ): AsyncIterable<readonly LogPiece[]> {
    const read = (more: Readonly<Record<string, string>>): AsyncIterable<readonly LogPiece[]> => {
      const query = { stdout: "true", stderr: "true", timestamps: "true", ...more };
      return parseLogFrames(this.#stream(containerPath(id, "/logs"), { method: "GET", query, signal }));
    };
    const readSince = (seconds: number | undefined, more = {}): AsyncIterable<readonly LogPiece[]> =>
      read(seconds === undefined ? more : { ...more, since: String(seconds) });
    if (!follow) return readSince(sinceSeconds);
    if (this.#hasNoDaemon) {
      let wasThere = false;
      return pollLog(
        {
          read: (seconds) => {
            const log = readSince(seconds);
            if (wasThere) return endedBy(log, NOT_FOUND);
            wasThere = true;
            return log;
          },
          isOver: async () => hasEnded(await this.inspectContainer(id, signal)),
          pause: () => pause(POLL_MS, signal),
        },
        sinceSeconds,
      );
    }
    return followLog(readSince(sinceSeconds, { follow: "true" }), (pieceCountMax) =>
      endedBy(read({ tail: String(pieceCountMax) }), NOT_FOUND),
    );
  }

  async inspectImage(reference: string, signal: AbortSignal): Promise<ImageFacts | undefined> {
    const answer = await this.#find(`/images/${encodePath(reference)}/json`, { method: "GET", signal });
    return answer === undefined ? undefined : parseImage(answer as ImageAnswer);
  }

  async pullImage(
    reference: string,
    onProgress: (text: string) => void,
    signal: AbortSignal,
    registryAuth?: string,
  ): Promise<void> {
    const headers = registryAuth === undefined ? {} : { "x-registry-auth": registryAuth };
    const query = { fromImage: reference };
    const progress = new PullProgress();
    const chunks = this.#stream("/images/create", { method: "POST", query, headers, signal });
    for await (const line of parseJsonLines(chunks)) {
      const answer = line as PullAnswer;
      if (answer.error !== undefined) throw new EngineRefusal(500, answer.error);
      onProgress(progress.add(answer));
    }
  }

  async importImage(reference: string, archive: Uint8Array, signal: AbortSignal): Promise<void> {
    // Podman takes no notice of a tag that stands apart.
    const query = { fromSrc: "-", repo: reference };
    const chunks = this.#stream("/images/create", { method: "POST", query, archive, signal });
    for await (const line of parseJsonLines(chunks)) {
      const { error } = line as PullAnswer;
      if (error !== undefined) throw new EngineRefusal(500, error);
    }
  }

  async removeImage(reference: string, signal: AbortSignal): Promise<void> {
    await this.#done(`/images/${encodePath(reference)}`, { method: "DELETE", signal }, [NOT_FOUND]);
  }

  async measureDisk(signal: AbortSignal): Promise<EngineDisk> {
    return parseDisk((await this.#json("/system/df", { method: "GET", signal })) as DiskAnswer);
  }

  async listVolumes(label: string, value: string, signal: AbortSignal): Promise<readonly string[]> {
    const query = { filters: JSON.stringify({ label: [`${label}=${value}`] }) };
    const { Volumes } = (await this.#json("/volumes", { method: "GET", query, signal })) as VolumesAnswer;
    return (Volumes ?? []).map(({ Name }) => Name);
  }

  async removeVolume(name: string, signal: AbortSignal): Promise<void> {
    await this.#done(`/volumes/${encodeURIComponent(name)}`, { method: "DELETE", signal }, [NOT_FOUND]);
  }

  async removeUnusedVolumes(label: string, value: string, signal: AbortSignal): Promise<void> {
    const query = { filters: JSON.stringify({ label: [`${label}=${value}`] }) };
    await this.#done("/volumes/prune", { method: "POST", query, signal });
  }

  async ensureNetwork({ name, labels, isInternal }: NetworkRequest, signal: AbortSignal): Promise<void> {
    const path = `/networks/${encodeURIComponent(name)}`;
    if ((await this.#find(path, { method: "GET", signal })) !== undefined) return;
    const more = isInternal ? { Internal: true } : {};
    const body = { Name: name, Driver: "bridge", CheckDuplicate: true, Labels: labels, ...more };
    await this.#done("/networks/create", { method: "POST", body, signal }, [CONFLICT]);
  }

  async listNetworks(label: string, value: string, signal: AbortSignal): Promise<readonly NetworkListing[]> {
    const query = { filters: JSON.stringify({ label: [`${label}=${value}`] }) };
    const answer = await this.#json("/networks", { method: "GET", query, signal });
    return (answer as readonly NetworkAnswer[]).map(parseNetwork);
  }

  async removeNetwork(name: string, signal: AbortSignal): Promise<void> {
    await this.#done(`/networks/${encodeURIComponent(name)}`, { method: "DELETE", signal }, [NOT_FOUND]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#http[Symbol.dispose]();
    return Promise.resolve();
  }

  /**
   * Docker remembers its latest events until it ends: one that has run since then has those of that time.
   *
   * @param waitSeconds how long to wait for an event that has not been, or seems so by the engine's clock.
   */
  async #remembers(
    isIt: (event: EventAnswer) => boolean,
    waitSeconds: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.#hasNoDaemon) return true;
    const query = { since: "0", until: String(Math.floor(Date.now() / 1000) + waitSeconds) };
    let count = 0;
    for await (const line of parseJsonLines(this.#stream("/events", { method: "GET", query, signal }))) {
      count += 1;
      if (isIt(line as EventAnswer)) return true;
    }
    return count >= REMEMBERED_EVENT_COUNT;
  }

  async #path(path: string, signal: AbortSignal): Promise<string> {
    if (this.#apiVersion === undefined) await this.describe(signal);
    return `/v${this.#apiVersion}${path}`;
  }

  async #json(path: string, call: Call): Promise<unknown> {
    return this.#http.json({ ...call, path: await this.#path(path, call.signal) });
  }

  async #find(path: string, call: Call, absences = [NOT_FOUND]): Promise<unknown> {
    try {
      return await this.#json(path, call);
    } catch (error) {
      if (absences.some((status) => isRefusal(error, status))) return undefined;
      throw error;
    }
  }

  /** Asks for something of which only success matters; refusals with these statuses mean that there is nothing to do. */
  async #done(path: string, call: Call, harmless: readonly number[] = []): Promise<void> {
    try {
      await this.#json(path, call);
    } catch (error) {
      if (!harmless.some((status) => isRefusal(error, status))) throw error;
    }
  }

  async *#stream(path: string, call: Call): AsyncGenerator<Uint8Array, void, undefined> {
    const response = await this.#http.open({ ...call, path: await this.#path(path, call.signal) });
    yield* this.#http.chunks(response, call.signal);
  }
}

function isRefusal(error: unknown, status: number): boolean {
  return error instanceof EngineRefusal && error.status === status;
}

function hasEnded(facts: ContainerFacts | undefined): boolean {
  return facts === undefined || ["exited", "dead", "removing"].includes(facts.status);
}

/** The same, ended where the engine refuses with this status. */
async function* endedBy<Item>(
  items: AsyncIterable<Item>,
  status: number,
): AsyncGenerator<Item, void, undefined> {
  try {
    yield* items;
  } catch (error) {
    if (!isRefusal(error, status)) throw error;
  }
}

function containerPath(id: string, rest = ""): string {
  return `/containers/${encodeURIComponent(id)}${rest}`;
}

/** Podman before its version 5 answers 500 here. */
function isNameTaken(error: unknown): boolean {
  return (
    error instanceof EngineRefusal && (error.status === CONFLICT || error.message.includes("already in use"))
  );
}

/** A reference keeps its slashes: the engine takes all before `/json` as one name. */
function encodePath(reference: string): string {
  return reference.split("/").map(encodeURIComponent).join("/");
}
