import { createHandler } from "../api/handle.ts";
import type { HandlerDependencies } from "../api/handle.ts";
import type { TaskSurroundings } from "../engine/task-surroundings.ts";
import { Sessions } from "../identity/sessions.ts";
import { TaskEndpointIds } from "../identity/task-endpoint-ids.ts";
import type { Provider } from "../providers/provider.ts";
import { Sealer } from "../secrets/sealer.ts";
import { SecretVault } from "../secrets/secret-vault.ts";
import type { Sequencer } from "../store/sequencer.ts";
import type { Store } from "../store/store.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import type { ServerConfig } from "./config.ts";
import { createHttpListener } from "./http-listener.ts";
import type { HttpListener } from "./http-listener.ts";
import type { HttpLimits } from "./http-limits.ts";
import { RANDOM_IDS } from "./ids.ts";
import { createJobGuard, listenForJobs } from "./job-listener.ts";
import { masterKeyOf } from "./secret-key-file.ts";
import { createTaskRoutes } from "./task-routes.ts";
import { createTaskSurroundings } from "./task-surroundings.ts";
import type { TaskEndpoint } from "./task-surroundings.ts";

export interface TaskServicesParts {
  readonly config: ServerConfig;
  readonly sequencer: Sequencer;
  readonly store: Store;
  readonly provider: Pick<Provider, "name">;
}

/** What the server does for jobs that are about to run or run: secrets, identity, a way to reach the server. */
export interface TaskServices {
  readonly sessions: Sessions;
  readonly vault: SecretVault;
  readonly surroundings: TaskSurroundings;
  /** Begins to listen for jobs; before the first of them is started. */
  open(api: HandlerDependencies, limits: HttpLimits): Promise<AsyncDisposable | undefined>;
}

const LOOPBACK = "127.0.0.1";

export function createTaskServices(parts: TaskServicesParts): TaskServices {
  const { config, sequencer, store } = parts;
  const sealer = new Sealer(masterKeyOf(config.secretKeyFile));
  const sessions = new Sessions(sealer, config.auth);
  const ids = new TaskEndpointIds(sealer);
  const clock = SYSTEM_CLOCK;
  const vault = new SecretVault({ sequencer, store, sealer, ids: RANDOM_IDS, clock });
  let endpoint: TaskEndpoint | undefined;
  const routes = createTaskRoutes({
    store,
    findTask: (taskId) => sequencer.state.jobs.active.get(taskId),
    sessions,
    ids,
    clock,
  });

  return {
    sessions,
    vault,
    surroundings: createTaskSurroundings({ ...config, vault, ids, endpoint: () => endpoint }),
    async open(api, limits) {
      if (!isOnThisMachine(parts)) return undefined;
      const guard = createJobGuard({
        ...config,
        boundHost: LOOPBACK,
        isApiOpen: config.areEndpointsInjected,
        openPaths: new Set(routes.keys()),
      });
      const plainRoutes = new Map([...api.plainRoutes, ...routes]);
      const handler = createHandler({ ...api, guard, plainRoutes });
      const listener: HttpListener = createHttpListener({ handler, ids: api.ids, limits });
      const url = await listenForJobs({ listener, store, host: LOOPBACK, port: config.jobPort });
      endpoint = { url, isForCredentials: true };
      return listener;
    },
  };
}

/** Jobs share the server's loopback: as processes of this machine, or as containers on the host's network. */
function isOnThisMachine({ config, provider }: TaskServicesParts): boolean {
  return provider.name === "process" || (provider.name === "docker" && config.dockerNetwork === "host");
}
