import type { EnvironmentVariable } from "../batch/environment-variables.ts";
import type { Scope } from "../batch/scope.ts";
import type { ContainerProperties } from "../model/batch.ts";
import type { RegistryCredentials, TaskSecrets } from "../providers/provider.ts";
import { SecretKeyFileError } from "../secrets/sealer.ts";
import type { SecretVault } from "../secrets/secret-vault.ts";

/** What a container is given out of the secret store. */
export interface ContainerSecrets {
  readonly secrets: TaskSecrets;
  /** Absent where its definition names none, or where `secrets` says why they cannot be had. */
  readonly registryCredentials?: RegistryCredentials;
}

const PREFIX = "ResourceInitializationError: unable to pull secrets or registry auth";

/** Looks up all that a container's definition names, in its order; the first that cannot be had is told. */
export async function findContainerSecrets(
  vault: Pick<SecretVault, "resolve">,
  scope: Scope,
  container: ContainerProperties,
): Promise<ContainerSecrets> {
  try {
    return await find(vault, scope, container);
  } catch (error) {
    if (error instanceof SecretKeyFileError) return missing(error.message);
    throw error;
  }
}

async function find(
  vault: Pick<SecretVault, "resolve">,
  scope: Scope,
  { secrets = [], logConfiguration, repositoryCredentials }: ContainerProperties,
): Promise<ContainerSecrets> {
  const [option] = logConfiguration?.secretOptions ?? [];
  if (option !== undefined) {
    return missing(`the secret option ${option.name} of the log driver cannot be passed on`);
  }
  const variables: EnvironmentVariable[] = [];
  for (const { name, valueFrom } of secrets) {
    const resolved = await vault.resolve(scope, valueFrom);
    if ("problem" in resolved) return missing(resolved.problem);
    variables.push({ name, value: resolved.value });
  }
  const { credentialsParameter } = repositoryCredentials ?? {};
  if (credentialsParameter === undefined) return { secrets: { variables } };
  const resolved = await vault.resolve(scope, credentialsParameter);
  if ("problem" in resolved) return missing(resolved.problem);
  const registryCredentials = parseLogin(resolved.value);
  if (registryCredentials === undefined) {
    return missing(`${credentialsParameter} is no JSON object with username and password`);
  }
  return { secrets: { variables }, registryCredentials };
}

function missing(problem: string): ContainerSecrets {
  return { secrets: { failure: `${PREFIX}: ${problem}` } };
}

/** https://docs.aws.amazon.com/batch/latest/userguide/private-registry.html */
function parseLogin(text: string): RegistryCredentials | undefined {
  try {
    const { username, password } = { ...(JSON.parse(text) as Record<string, unknown>) };
    return typeof username === "string" && typeof password === "string" ? { username, password } : undefined;
  } catch {
    return undefined;
  }
}
