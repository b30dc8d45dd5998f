import { ApiError } from "../api/errors.ts";
import type { PlainRoute } from "../api/handle.ts";
import type { ApiResponse } from "../api/http.ts";
import { pathOf } from "../api/request-target.ts";
import { issueTaskCredentials } from "../identity/task-credentials.ts";
import type { TaskEndpointIds } from "../identity/task-endpoint-ids.ts";
import { hostWorkload } from "../batch/host-workload.ts";
import { taskContainers } from "../batch/task-containers.ts";
import { containerId, containerMetadata, taskMetadata } from "../identity/task-metadata.ts";
import type { DescribedTask } from "../identity/task-metadata.ts";
import type { Sessions } from "../identity/sessions.ts";
import type { Clock } from "../lib/clock.ts";
import type { LiveJob } from "../store/live-job.ts";
import type { Store } from "../store/store.ts";

export interface TaskRouteParts {
  readonly store: Pick<Store, "readJobs">;
  /** The job whose attempt under way has this task id. */
  readonly findTask: (taskId: string) => LiveJob | undefined;
  readonly sessions: Pick<Sessions, "issue">;
  readonly ids: TaskEndpointIds;
  readonly clock: Pick<Clock, "nowMs">;
}

/** Where containers find what ECS tells their tasks; see docs/identity.md. */
export const METADATA_PATH = "/v4/";
export const CREDENTIALS_PATH = "/v2/credentials/";
const CREDENTIALS_ROUTE = "/v2/";

const METADATA = /^\/v4\/([0-9a-f]{32})-(\d)(|\/task|\/stats|\/task\/stats)$/;

/** By the beginnings of their paths, as `createHandler` takes them. */
export function createTaskRoutes(parts: TaskRouteParts): ReadonlyMap<string, PlainRoute> {
  return new Map<string, PlainRoute>([
    [METADATA_PATH, ({ target }) => answerMetadata(parts, pathOf(target))],
    [
      CREDENTIALS_ROUTE,
      ({ target, headers }) => answerCredentials(parts, pathOf(target), headers["authorization"] ?? ""),
    ],
  ]);
}

async function answerMetadata(parts: TaskRouteParts, path: string): Promise<ApiResponse> {
  const [, taskId = "", index = "", part] = METADATA.exec(path) ?? [];
  const task = await readTask(parts, taskId);
  const container = task && containerMetadata(task, Number(index));
  if (task === undefined || container === undefined) {
    throw new ApiError("ResourceNotFoundException", "There is no such container", { status: 404 });
  }
  if (part === "") return json(container);
  if (part === "/task") return json(taskMetadata(task));
  // No provider measures while a container runs.
  if (part === "/stats") return json(null);
  const containers = taskContainers(hostWorkload(task.job));
  return json(Object.fromEntries(containers.map((_, at) => [containerId(taskId, at), null])));
}

/** A wrong token and an id that is none are answered alike. */
async function answerCredentials(
  parts: TaskRouteParts,
  path: string,
  authorization: string,
): Promise<ApiResponse> {
  const { ids, sessions, clock } = parts;
  const id = path.startsWith(CREDENTIALS_PATH) ? path.slice(CREDENTIALS_PATH.length) : "";
  const taskId = ids.taskIdOf(id);
  const isKnown = taskId !== undefined && ids.isToken(taskId, authorization);
  const task = isKnown ? await readTask(parts, taskId) : undefined;
  const roleArn = task && taskContainers(hostWorkload(task.job))[0]?.properties.jobRoleArn;
  if (task === undefined || roleArn === undefined) {
    throw new ApiError("InvalidIdInRequest", "CredentialsV2Request: Credentials not found");
  }
  const { scope } = task.job;
  const role = { scope, taskId: task.attempt.taskId, roleArn };
  return json(issueTaskCredentials(sessions, role, clock.nowMs()));
}

async function readTask(
  { store, findTask }: TaskRouteParts,
  taskId: string,
): Promise<DescribedTask | undefined> {
  const live = findTask(taskId);
  if (live?.activeAttempt === undefined) return undefined;
  const [stored] = await store.readJobs(live.scope, [live.jobId]);
  return stored === undefined ? undefined : { job: stored.job, attempt: live.activeAttempt };
}

function json(value: object | null): ApiResponse {
  return {
    status: 200,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify(value),
  };
}
