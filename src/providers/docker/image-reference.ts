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
