const DOCKER_HUB = "docker.io";

/** Completes a reference without tag and digest as engines do: `app` is `app:latest`. */
export function withDefaultTag(reference: string): string {
  const lastComponent = reference.slice(reference.lastIndexOf("/") + 1);
  return /[:@]/.test(lastComponent) ? reference : `${reference}:latest`;
}

/** The registry that a reference names, with its port; Docker Hub for short names. */
export function registryOf(reference: string): string {
  const [first = "", ...others] = reference.split("/");
  const isRegistry = others.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isRegistry ? first : DOCKER_HUB;
}

/** What a reference names within its registry, tag included. */
export function withoutRegistry(reference: string): string {
  const prefix = `${registryOf(reference)}/`;
  return reference.startsWith(prefix) ? reference.slice(prefix.length) : reference;
}

/** The short form in which engines list a reference: `docker.io/library/app:1` is `app:1`. A tag beside a digest is left out. */
export function familiarName(reference: string): string {
  const short = reference.replace(/^(?:index\.)?docker\.io\//, "").replace(/^library\//, "");
  return short.includes("@") ? `${repositoryOf(short)}${short.slice(short.indexOf("@"))}` : short;
}

/** Without tag and digest. */
export function repositoryOf(reference: string): string {
  const name = reference.replace(/@.*$/, "");
  return name.replace(/:[^/:]*$/, "");
}
