import { registryOf } from "./image-reference.ts";

/** What there is to show to a registry; the problem is a sentence that says why there is nothing. */
export interface RegistryAuth {
  /** As the engine wants it in `X-Registry-Auth`. */
  readonly header?: string;
  readonly problem?: string;
}

const DOCKER_HUB_KEY = "https://index.docker.io/v1/";

/** Docker's own `config.json`, as far as it holds credentials: https://docs.docker.com/reference/cli/docker/login/ */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: unknown; readonly identitytoken?: string }>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

/**
 * Finds the credentials for an image's registry in Docker's `config.json`.
 *
 * Only those that stand in it in plain are found: a credential helper is a program of its own, which is not called.
 *
 * @param configText absent where there is no such file.
 */
export function findRegistryAuth(configText: string | undefined, reference: string): RegistryAuth {
  if (configText === undefined) return {};
  const config = parseConfig(configText);
  if (config === undefined) return { problem: "Docker's config.json is no JSON" };

  const registry = registryOf(reference);
  const keys = registry === "docker.io" ? [DOCKER_HUB_KEY, registry] : [registry, `https://${registry}`];
  const key = keys.find((candidate) => config.auths?.[candidate] !== undefined);
  const { auth = "", identitytoken } = key === undefined ? {} : (config.auths?.[key] ?? {});
  const helper = config.credHelpers?.[registry] ?? config.credsStore;
  if (typeof auth !== "string") {
    return { problem: `auths["${key}"].auth in Docker's config.json must be a string, got ${typeof auth}` };
  }
  if (auth === "" && helper !== undefined) {
    return { problem: `the credential helper ${helper} is not supported: log in without it` };
  }
  const [username = "", ...rest] = Buffer.from(auth, "base64").toString().split(":");
  if (username === "") return {};
  const secret = identitytoken === undefined ? { password: rest.join(":") } : { identitytoken };
  return { header: createRegistryHeader({ username, ...secret, serveraddress: key ?? registry }) };
}

/** Credentials as the engine wants them. URL-safe, and padded: without its padding it takes them for none at all. */
export function createRegistryHeader(credentials: {
  readonly username: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly serveraddress: string;
}): string {
  const text = Buffer.from(JSON.stringify(credentials)).toString("base64");
  return text.replaceAll("+", "-").replaceAll("/", "_");
}

function parseConfig(text: string): DockerConfig | undefined {
  try {
    const config = JSON.parse(text) as unknown;
    return typeof config === "object" && config !== null ? config : undefined;
  } catch {
    return undefined;
  }
}
