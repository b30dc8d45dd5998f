import type { Attempt } from "../batch/attempt.ts";
import type { EnvironmentVariable } from "../batch/environment-variables.ts";
import type { PreparedContainer, TaskSurroundings } from "../engine/task-surroundings.ts";
import type { ContainerProperties } from "../model/batch.ts";
import type { TaskEndpointIds } from "../identity/task-endpoint-ids.ts";
import type { TaskSecrets } from "../providers/provider.ts";
import { SecretKeyFileError } from "../secrets/sealer.ts";
import type { SecretVault } from "../secrets/secret-vault.ts";
import { findContainerSecrets } from "./container-secrets.ts";
import { CREDENTIALS_PATH, METADATA_PATH } from "./task-routes.ts";

/** How containers reach the server. */
export interface TaskEndpoint {
  /** As in `http://127.0.0.1:40001`. */
  readonly url: string;
  /** SDKs take credentials from the host in it: it is one of those that they take to be this machine or ECS. */
  readonly isForCredentials: boolean;
}

export interface TaskSurroundingsParts {
  readonly vault: Pick<SecretVault, "resolve">;
  readonly ids: TaskEndpointIds;
  /** Undefined where containers cannot reach the server at all. */
  readonly endpoint: () => Promise<TaskEndpoint | undefined>;
  /** Jobs are told of this server's own API. */
  readonly areEndpointsInjected: boolean;
}

/** The services that are served here, as SDKs call them in their variables. */
const INJECTED = ["BATCH", "CLOUDWATCH_LOGS", "STS"];

/** A container that says itself where any service is meant to be asks there. */
const EVERY_SERVICE = "AWS_ENDPOINT_URL";

/** What ECS puts around the task of an attempt, and the secrets that its definition names. */
export function createTaskSurroundings(parts: TaskSurroundingsParts): TaskSurroundings {
  return {
    async prepare({ scope }, attempt, containers) {
      const endpoint = await parts.endpoint();
      return Promise.all(
        containers.map(async ({ properties: container }, index) => {
          const found = await findContainerSecrets(parts.vault, scope, container);
          const { secrets } = found;
          return { ...found, ...surround(parts, endpoint, { attempt, container, index, secrets }) };
        }),
      );
    },
  };
}

interface ContainerFacts {
  readonly attempt: Attempt;
  readonly container: ContainerProperties;
  readonly index: number;
  readonly secrets: TaskSecrets;
}

function surround(
  parts: TaskSurroundingsParts,
  endpoint: TaskEndpoint | undefined,
  facts: ContainerFacts,
): PreparedContainer {
  const { secrets, container, attempt, index } = facts;
  if (endpoint === undefined) return { defaults: [], environment: [], secrets };
  const metadataUrl = `${endpoint.url}${METADATA_PATH}${attempt.taskId}-${index}`;
  return {
    defaults: parts.areEndpointsInjected ? injectedEndpoints(endpoint, container) : [],
    environment: [{ name: "ECS_CONTAINER_METADATA_URI_V4", value: metadataUrl }],
    secrets: withIdentity(parts, endpoint, facts),
  };
}

function injectedEndpoints(
  { url }: TaskEndpoint,
  { environment = [] }: ContainerProperties,
): EnvironmentVariable[] {
  if (environment.some(({ name }) => name === EVERY_SERVICE)) return [];
  return INJECTED.map((service) => ({ name: `${EVERY_SERVICE}_${service}`, value: url }));
}

/** The address of the credentials is as good as the credentials: it is passed as secrets are. */
function withIdentity(
  { ids }: TaskSurroundingsParts,
  { url, isForCredentials }: TaskEndpoint,
  { container, attempt, secrets }: ContainerFacts,
): TaskSecrets {
  if (!isForCredentials || container.jobRoleArn === undefined || "failure" in secrets) return secrets;
  const { taskId } = attempt;
  try {
    const credentialsUrl = `${url}${CREDENTIALS_PATH}${ids.credentialsId(taskId)}`;
    const identity = [
      { name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", value: credentialsUrl },
      { name: "AWS_CONTAINER_AUTHORIZATION_TOKEN", value: ids.token(taskId) },
    ];
    return { variables: [...identity, ...secrets.variables] };
  } catch (error) {
    if (error instanceof SecretKeyFileError)
      return { failure: `ResourceInitializationError: ${error.message}` };
    throw error;
  }
}
