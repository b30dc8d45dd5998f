import type { Attempt } from "../batch/attempt.ts";
import type { EnvironmentVariable } from "../batch/environment-variables.ts";
import type { Job } from "../batch/job.ts";
import type { TaskContainer } from "../batch/task-containers.ts";
import type { RegistryCredentials, TaskSecrets } from "../providers/provider.ts";

/** What ECS puts around a task: endpoints for its containers, and the secrets that their definitions name. */
export interface TaskSurroundings {
  /**
   * One for each container of the task, in their order. Asked anew for each attempt, right before it is started. Rejects
   * only where the next tick may have more luck.
   */
  prepare(
    job: Pick<Job, "scope">,
    attempt: Attempt,
    containers: readonly TaskContainer[],
  ): Promise<readonly PreparedContainer[]>;
}

export interface PreparedContainer {
  /** Under the container's own variables, which win. */
  readonly defaults: readonly EnvironmentVariable[];
  /** Over them. */
  readonly environment: readonly EnvironmentVariable[];
  /** Over all others. */
  readonly secrets: TaskSecrets;
  /** For the registry of its image; absent where the definition names none. */
  readonly registryCredentials?: RegistryCredentials;
}
