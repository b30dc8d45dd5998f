import type { HandlerDependencies } from "../api/handle.ts";
import type { TaskSurroundings } from "../engine/task-surroundings.ts";
import { Sessions } from "../identity/sessions.ts";
import { TaskEndpointIds } from "../identity/task-endpoint-ids.ts";
import type { EngineAddress } from "../providers/docker/engine-address.ts";
import type { Provider } from "../providers/provider.ts";
import { Sealer } from "../secrets/sealer.ts";
import { SecretVault } from "../secrets/secret-vault.ts";
import type { Sequencer } from "../store/sequencer.ts";
import type { Store } from "../store/store.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import type { ServerConfig } from "./config.ts";
import type { HttpLimits } from "./http-limits.ts";
import { RANDOM_IDS } from "./ids.ts";
import { JobEndpoint } from "./job-endpoint.ts";
import type { JobPlace } from "./job-endpoint.ts";
import type { Logger } from "./logger.ts";
import { findKeyFileProblem, masterKeyOf } from "./secret-key-file.ts";
import { createTaskRoutes } from "./task-routes.ts";
import { createTaskSurroundings } from "./task-surroundings.ts";

export interface TaskServicesParts {
  readonly config: ServerConfig;
  readonly sequencer: Sequencer;
  readonly store: Store;
  readonly provider: Pick<Provider, "name">;
  /** Of the engine that runs containers; absent where none does. */
  readonly engineAddress: EngineAddress | undefined;
  readonly logger: Logger;
}

/** What the server does for jobs that are about to run or run: secrets, identity, a way to reach the server. */
export interface TaskServices {
  readonly sessions: Sessions;
  readonly vault: SecretVault;
  readonly surroundings: TaskSurroundings;
  /** Begins to listen for jobs; before the first of them is started. */
  open(api: HandlerDependencies, limits: HttpLimits): Promise<AsyncDisposable>;
}

/** For what the engine answers without doing anything. */
const GATEWAY_MS_MAX = 5_000;

export async function createTaskServices(parts: TaskServicesParts): Promise<TaskServices> {
  const { config, sequencer, store, logger } = parts;
  const keyFile = { path: config.secretKeyFile, isInUse: await store.hasSecrets() };
  const problem = findKeyFileProblem(keyFile);
  if (problem !== undefined) logger.warn(problem);
  const sealer = new Sealer(masterKeyOf(keyFile));
  const sessions = new Sessions(sealer, config.auth);
  const ids = new TaskEndpointIds(sealer);
  const clock = SYSTEM_CLOCK;
  const vault = new SecretVault({ sequencer, store, sealer, ids: RANDOM_IDS, clock });
  let endpoint: JobEndpoint | undefined;
  const taskRoutes = createTaskRoutes({
    store,
    findTask: (taskId) => sequencer.state.jobs.active.get(taskId),
    sessions,
    ids,
    clock,
  });

  return {
    sessions,
    vault,
    surroundings: createTaskSurroundings({ ...config, vault, ids, endpoint: async () => endpoint?.find() }),
    async open(api, limits) {
      const place = placeOf(parts);
      endpoint = new JobEndpoint({ ...parts, api, limits, taskRoutes, place });
      await endpoint.find();
      return endpoint;
    },
  };
}

function placeOf({ config, provider, engineAddress }: TaskServicesParts): JobPlace {
  const { dockerNetwork: network } = config;
  if (provider.name === "process" || network === "host") return { kind: "loopback" };
  if (engineAddress === undefined || network === "none") return { kind: "out-of-reach" };
  return {
    kind: "bridge",
    findGateway: async () => {
      const { findNetworkGateway } = await import("../providers/docker/network-gateway.ts");
      return findNetworkGateway(engineAddress, network, AbortSignal.timeout(GATEWAY_MS_MAX));
    },
  };
}
