import { join } from "node:path";

/** Where a container engine listens. */
export type EngineAddress =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly tls?: EngineTls };

export interface EngineTls {
  /** Files of PEM; absent ones: the system's authorities, and no certificate of our own. */
  readonly files?: { readonly ca: string; readonly cert: string; readonly key: string };
  /** The engine's certificate must be one that the authorities vouch for. */
  readonly isVerified: boolean;
}

export interface AddressSources {
  /** What the operator asked for in so many words; it goes before `DOCKER_HOST`. */
  readonly dockerHost?: string | undefined;
  /** What the data folder's jobs ran in before, found without a name; it comes behind `DOCKER_HOST`. */
  readonly recorded?: string | undefined;
  readonly homeDir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
}

/** Where an engine may be, or the sentence that says why nowhere. */
export type AddressChoice = NamedAddress | UsualAddresses | { readonly problem: string };

/** What somebody named is taken, whether it answers or not. */
export interface NamedAddress {
  readonly namedBy: AddressName;
  readonly address: EngineAddress;
}

/** The sockets that are there, in the order in which they are tried; Docker's own where there are none. */
export interface UsualAddresses {
  readonly addresses: readonly [EngineAddress, ...EngineAddress[]];
}

type AddressName = "--docker-host" | "DOCKER_HOST" | "the data folder";
type Parsed = { readonly address: EngineAddress } | { readonly problem: string };

const DEFAULT_SOCKET = "/var/run/docker.sock";
const TCP_PORT = 2375;
const TLS_PORT = 2376;

/**
 * Chooses where to look for the engine: what was asked for, else `DOCKER_HOST`, else the one that was found before,
 * which may have jobs of ours, else the usual sockets.
 *
 * Sockets, in order: Docker's, that of a Docker without root, those of Podman without root and with it, that of Docker
 * Desktop. TLS follows the variables of Docker's own client:
 * https://docs.docker.com/reference/cli/docker/#environment-variables
 */
export function chooseEngineAddress(sources: AddressSources): AddressChoice {
  const { environment, exists } = sources;
  const named = findName(sources);
  if (named !== undefined) {
    const { namedBy, text } = named;
    const parsed = parseDockerHost(text, environment);
    return "problem" in parsed ? { problem: `${namedBy} ${parsed.problem}` } : { namedBy, ...parsed };
  }
  const [first, ...others] = usualSockets(sources)
    .filter(exists)
    .map((path) => ({ kind: "socket", path }) as const);
  return { addresses: [first ?? { kind: "socket", path: DEFAULT_SOCKET }, ...others] };
}

function findName({ dockerHost, environment, recorded }: AddressSources) {
  const names: readonly (readonly [namedBy: AddressName, text: string | undefined])[] = [
    ["--docker-host", dockerHost],
    ["DOCKER_HOST", environment["DOCKER_HOST"]],
    ["the data folder", recorded],
  ];
  for (const [namedBy, text = ""] of names) if (text !== "") return { namedBy, text };
  return undefined;
}

function usualSockets({ environment, homeDir }: AddressSources): string[] {
  const runtimeFolder = environment["XDG_RUNTIME_DIR"] ?? "";
  return [
    DEFAULT_SOCKET,
    ...(runtimeFolder === ""
      ? []
      : [join(runtimeFolder, "docker.sock"), join(runtimeFolder, "podman/podman.sock")]),
    "/run/podman/podman.sock",
    join(homeDir, ".docker/run/docker.sock"),
  ];
}

/** As Docker writes it: `unix:///run/docker.sock`, `tcp://127.0.0.1:2376`, `https://engine`. */
export function describeEngineAddress(address: EngineAddress): string {
  if (address.kind === "socket") return `unix://${address.path}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${address.tls === undefined ? "tcp" : "https"}://${host}:${address.port}`;
}

function parseDockerHost(text: string, environment: AddressSources["environment"]): Parsed {
  const [, scheme = "", rest = ""] = /^([a-z]+):\/\/(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case "unix":
      if (!rest.startsWith("/")) return refuse(text, "a socket's path must begin with /");
      return { address: { kind: "socket", path: rest } };
    case "tcp":
    case "http":
    case "https":
      return parseTcp(text, scheme, environment);
    case "ssh":
      return refuse(text, "engines are not reached over ssh: forward the socket with `ssh -L` and name that");
    case "npipe":
      return refuse(text, "named pipes are Windows' own: use unix:// or tcp://");
    default:
      return refuse(text, "it must begin with unix://, tcp://, http:// or https://");
  }
}

function parseTcp(text: string, scheme: string, environment: AddressSources["environment"]): Parsed {
  const url = URL.parse(text.replace(/^[a-z]+:/, "http:"));
  if (url === null || url.hostname === "")
    return refuse(text, "it must name a host, as in tcp://127.0.0.1:2375");
  if (url.username !== "" || url.pathname !== "/" || url.search !== "") {
    return refuse(text, "it must name a host and a port and nothing else");
  }
  const tls = scheme === "http" ? undefined : chooseTls(scheme, environment);
  // The parser drops port 80 from what it takes for plain HTTP.
  const isPort80 = /:80\/?$/.test(text);
  const port = url.port !== "" ? Number(url.port) : isPort80 ? 80 : tls === undefined ? TCP_PORT : TLS_PORT;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { address: { kind: "tcp", host, port, ...(tls === undefined ? {} : { tls }) } };
}

/** `DOCKER_CERT_PATH` alone encrypts without checking whom it speaks to, as Docker's client does. */
function chooseTls(scheme: string, environment: AddressSources["environment"]): EngineTls | undefined {
  const isVerified = (environment["DOCKER_TLS_VERIFY"] ?? "") !== "";
  const certPath = environment["DOCKER_CERT_PATH"] ?? "";
  const home = environment["HOME"] ?? "";
  const folder = certPath === "" && isVerified && home !== "" ? join(home, ".docker") : certPath;
  if (folder !== "") {
    const files = {
      ca: join(folder, "ca.pem"),
      cert: join(folder, "cert.pem"),
      key: join(folder, "key.pem"),
    };
    return { files, isVerified };
  }
  return scheme === "https" || isVerified ? { isVerified: true } : undefined;
}

function refuse(text: string, why: string): Parsed {
  return { problem: `${text}: ${why}` };
}
