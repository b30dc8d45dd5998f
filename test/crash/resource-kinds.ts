import type { AwsClients } from "../support/aws-clients.ts";
import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import type { ResourceState } from "./crash-record.ts";
import { QUEUES } from "./job-load.ts";

/** A change that may be asked of a resource, and what the resource is when it is done. */
export interface ResourceStep {
  readonly what: string;
  readonly send: (clients: AwsClients) => Promise<unknown>;
  readonly done: (state: ResourceState) => ResourceState;
}

/** One kind of resource, seen through the API. */
export interface ResourceKind {
  readonly kind: string;
  /** What can be known of it, `null` if it does not exist; undefined while a change of it is under way. */
  look(clients: AwsClients, name: string): Promise<ResourceState | undefined>;
  /** The next change, given how it is now. `token` is never given twice. */
  step(name: string, state: ResourceState, random: SeededRandom, token: string): ResourceStep;
}

/** What queues and environments have in common. `level` is a queue's priority, an environment's `maxvCpus`. */
interface NamedState {
  readonly state: string;
  readonly level: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** How a kind of named resource is told to do what both can do. */
interface NamedCalls {
  readonly kind: string;
  look(clients: AwsClients, name: string): Promise<Found | undefined>;
  create(clients: AwsClients, name: string, level: number, tags: NamedState["tags"]): Promise<unknown>;
  update(clients: AwsClients, name: string, change: Partial<NamedState>): Promise<unknown>;
  remove(clients: AwsClients, name: string): Promise<unknown>;
}

interface Found extends NamedState {
  readonly status: string | undefined;
}

const LEVEL_MAX = 100;

/** Made, changed in each of its members, disabled, enabled, deleted, and made again. */
function namedKind(calls: NamedCalls): ResourceKind {
  return {
    kind: calls.kind,
    async look(clients, name) {
      const found = await calls.look(clients, name);
      if (found === undefined) return null;
      const { status, state, level, tags } = found;
      return status === "VALID" ? { state, level, tags } : undefined;
    },
    step(name, current, random, token) {
      const level = random.between(1, LEVEL_MAX);
      if (!isNamedState(current)) {
        const made: NamedState = { state: "ENABLED", level, tags: { made: token } };
        return {
          what: "create",
          send: (clients) => calls.create(clients, name, level, made.tags),
          done: () => made,
        };
      }
      const choice = random.between(1, 100);
      if (current.state === "DISABLED" && choice <= 40) {
        return { what: "delete", send: (clients) => calls.remove(clients, name), done: () => null };
      }
      if (choice <= 60) {
        const tags = { tag: token };
        const resourceArn = `arn:aws:batch:us-east-1:000000000000:${calls.kind}/${name}`;
        return {
          what: "tag",
          send: ({ batch }) => batch.tagResource({ resourceArn, tags }),
          done: () => ({ ...current, tags: { ...current.tags, ...tags } }),
        };
      }
      const other = current.state === "ENABLED" ? "DISABLED" : "ENABLED";
      const change = choice <= 80 ? { state: other } : { level };
      return {
        what: "update",
        send: (clients) => calls.update(clients, name, change),
        done: () => ({ ...current, ...change }),
      };
    },
  };
}

function isNamedState(state: ResourceState): state is NamedState {
  return state !== null && "level" in state;
}

const JOB_QUEUE = namedKind({
  kind: "job-queue",
  async look({ batch }, name) {
    const [queue] = (await batch.describeJobQueues({ jobQueues: [name] })).jobQueues ?? [];
    if (queue === undefined) return undefined;
    const { state = "", status, priority = 0, tags = {} } = queue;
    return { state, status, level: priority, tags };
  },
  create: ({ batch }, jobQueueName, priority, tags) =>
    batch.createJobQueue({
      jobQueueName,
      priority,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: QUEUES.held }],
      tags,
    }),
  update: ({ batch }, jobQueue, { state, level }) =>
    batch.updateJobQueue({
      jobQueue,
      ...(state !== undefined && { state: state as "ENABLED" }),
      ...(level !== undefined && { priority: level }),
    }),
  remove: ({ batch }, jobQueue) => batch.deleteJobQueue({ jobQueue }),
});

const COMPUTE_ENVIRONMENT = namedKind({
  kind: "compute-environment",
  async look({ batch }, name) {
    const found = await batch.describeComputeEnvironments({ computeEnvironments: [name] });
    const [environment] = found.computeEnvironments ?? [];
    if (environment === undefined) return undefined;
    const { state = "", status, computeResources, tags = {} } = environment;
    return { state, status, level: computeResources?.maxvCpus ?? 0, tags };
  },
  create: ({ batch }, computeEnvironmentName, maxvCpus, tags) =>
    batch.createComputeEnvironment({
      computeEnvironmentName,
      type: "MANAGED",
      computeResources: { type: "EC2", minvCpus: 0, maxvCpus, instanceTypes: ["local.host"], subnets: [] },
      tags,
    }),
  update: ({ batch }, computeEnvironment, { state, level }) =>
    batch.updateComputeEnvironment({
      computeEnvironment,
      ...(state !== undefined && { state: state as "ENABLED" }),
      ...(level !== undefined && { computeResources: { maxvCpus: level } }),
    }),
  remove: ({ batch }, computeEnvironment) => batch.deleteComputeEnvironment({ computeEnvironment }),
});

/** Revisions from the first on; their token is in a parameter. */
interface DefinitionState {
  readonly revisions: readonly { readonly token: string | undefined; readonly status: string | undefined }[];
}

const JOB_DEFINITION: ResourceKind = {
  kind: "job-definition",
  async look({ batch }, name) {
    const { jobDefinitions = [] } = await batch.describeJobDefinitions({ jobDefinitionName: name });
    if (jobDefinitions.length === 0) return null;
    const revisions = jobDefinitions
      .sort((a, b) => (a.revision ?? 0) - (b.revision ?? 0))
      .map(({ revision, parameters, status }) => ({ revision, token: parameters?.["token"], status }));
    return { revisions };
  },
  step(name, current, random, token) {
    const { revisions } = (current ?? { revisions: [] }) as DefinitionState; // as `look` made it
    const active = revisions.flatMap(({ status }, index) => (status === "ACTIVE" ? [index] : []));
    const chosen = random.chance(30) ? random.pick(active) : undefined;
    if (chosen !== undefined) {
      const inactive = revisions.map((one, index) =>
        index === chosen ? { ...one, status: "INACTIVE" } : one,
      );
      return {
        what: "deregister",
        send: ({ batch }) => batch.deregisterJobDefinition({ jobDefinition: `${name}:${chosen + 1}` }),
        done: () => ({ revisions: inactive }),
      };
    }
    return {
      what: "register",
      send: ({ batch }) =>
        batch.registerJobDefinition({
          jobDefinitionName: name,
          type: "container",
          parameters: { token },
          containerProperties: {
            image: "none",
            resourceRequirements: [
              { type: "VCPU", value: "1" },
              { type: "MEMORY", value: "16" },
            ],
          },
        }),
      done: () => ({
        revisions: [...revisions, { revision: revisions.length + 1, token, status: "ACTIVE" }],
      }),
    };
  },
};

const LOG_GROUP = "crash";

/** What a client puts into a log stream of its own. */
const LOG_EVENTS: ResourceKind = {
  kind: "log-events",
  async look({ logs }, name) {
    const { logStreams = [] } = await logs.describeLogStreams({
      logGroupName: LOG_GROUP,
      logStreamNamePrefix: name,
    });
    if (!logStreams.some(({ logStreamName }) => logStreamName === name)) return null;
    const { events = [] } = await logs.getLogEvents({
      logGroupName: LOG_GROUP,
      logStreamName: name,
      startFromHead: true,
    });
    return { messages: events.map(({ message }) => message) };
  },
  step(name, current, random, token) {
    if (current === null) {
      return {
        what: "create the stream",
        send: ({ logs }) => logs.createLogStream({ logGroupName: LOG_GROUP, logStreamName: name }),
        done: () => ({ messages: [] }),
      };
    }
    const { messages } = current as { messages: readonly string[] }; // as `look` made it
    const added = Array.from({ length: random.between(1, 5) }, (_, index) => `${token} ${index}`);
    const timestamp = Date.now();
    return {
      what: "put",
      send: ({ logs }) =>
        logs.putLogEvents({
          logGroupName: LOG_GROUP,
          logStreamName: name,
          logEvents: added.map((message) => ({ timestamp, message })),
        }),
      done: () => ({ messages: [...messages, ...added] }),
    };
  },
};

export const RESOURCE_KINDS: readonly ResourceKind[] = [
  JOB_QUEUE,
  COMPUTE_ENVIRONMENT,
  JOB_DEFINITION,
  LOG_EVENTS,
];

/** What the streams of clients need; asked for once. */
export async function makeLogGroup({ logs }: AwsClients): Promise<void> {
  await logs.createLogGroup({ logGroupName: LOG_GROUP });
}
