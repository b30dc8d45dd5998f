import { parseResourceArn } from "../../../batch/arn.ts";
import type { BatchResource } from "../../../batch/arn.ts";
import type { Cause } from "../../../batch/cause.ts";
import { Refusal } from "../../../batch/refusal.ts";
import { isSameScope } from "../../../batch/scope.ts";
import type { ServiceJob } from "../../../batch/service-job.ts";
import type { Tags } from "../../../batch/tags.ts";
import type { Change } from "../../../store/change.ts";
import type { LiveState } from "../../../store/live-state.ts";
import type { Store } from "../../../store/store.ts";
import type { RequestContext } from "../../operation.ts";
import type { BatchServices } from "./batch-services.ts";
import { causeOf } from "./cause-of.ts";
import { doesNotExist } from "./named-resource.ts";
import { orRefuse } from "./refuse.ts";

/** What the tags of a resource become, given what they are. */
export type TagChange = (current: Tags) => Tags | Refusal;

/** The tags of a resource. */
export async function readTags(
  { store }: BatchServices,
  resourceArn: string,
  context: RequestContext,
): Promise<Tags> {
  const resource = orRefuse(parseTaggable(resourceArn, context), context);
  const tagged = (await readNamed(store, resource)) ?? (await readDocument(store, resource));
  return orRefuse(tagged?.tags ?? doesNotExist(resourceArn), context);
}

/**
 * Changes the tags of a resource. Changes to one resource follow each other, so that what `decideTags` is given is what its
 * result replaces: those of what the live state holds by the sequencer, those of documents by the document lock.
 */
export async function changeTags(
  { sequencer, store, documentLock }: BatchServices,
  resourceArn: string,
  context: RequestContext,
  decideTags: TagChange,
): Promise<void> {
  const resource = orRefuse(parseTaggable(resourceArn, context), context);
  const retag = (current: TaggedDocument): Change =>
    current.retag(orRefuse(decideTags(current.tags), context), causeOf(context));
  const isRetagged = await sequencer.decide((state) => {
    const current = findLive(state, resource, resourceArn);
    return { changes: current === undefined ? [] : [retag(current)], answer: current !== undefined };
  });
  if (isRetagged) return;
  await documentLock.run(async () => {
    const document = await readDocument(store, resource);
    const change = retag(orRefuse(document ?? doesNotExist(resourceArn), context));
    return sequencer.decide(() => ({ changes: [change], answer: undefined }));
  });
}

/** A document with tags, and the change that gives it others in place of all that it has. */
interface TaggedDocument {
  readonly tags: Tags;
  readonly retag: (tags: Tags, cause: Cause) => Change;
}

/** Array children and nodes are no resources of their own; a definition has tags in each of its revisions. */
function parseTaggable(resourceArn: string, { scope }: RequestContext): BatchResource | Refusal {
  const resource = parseResourceArn(resourceArn);
  const isAllRevisions = resource?.resourceType === "job-definition" && resource.revision === undefined;
  if (resource === undefined || isAllRevisions) {
    return Refusal.bare(
      "resourceArn must be the ARN of a resource of AWS Batch: a job definition has its revision, a job is neither an " +
        `array child nor a node, got ${resourceArn}`,
    );
  }
  return isSameScope(resource.scope, scope) ? resource : doesNotExist(resourceArn);
}

const PLAIN_TYPES = [
  "consumable-resource",
  "quota-share",
  "scheduling-policy",
  "service-environment",
] as const;

/** What is known by its name, as it is stored. */
async function readNamed(
  store: Store,
  { resourceType, scope, name }: BatchResource,
): Promise<{ readonly tags: Tags } | undefined> {
  if (resourceType === "compute-environment") return (await store.readComputeEnvironments(scope, [name]))[0];
  if (resourceType === "job-queue") return (await store.readJobQueues(scope, [name]))[0];
  const plainType = PLAIN_TYPES.find((type) => type === resourceType);
  return plainType && (await store.readPlainResources(plainType, scope, [name]))[0];
}

/** What decisions see as a whole. */
function findLive(state: LiveState, { scope, name }: BatchResource, arn: string): TaggedDocument | undefined {
  const computeEnvironment = state.computeEnvironments.get(arn);
  if (computeEnvironment !== undefined) {
    return {
      tags: computeEnvironment.tags,
      retag: (tags, cause) => ({
        kind: "compute-environment-put",
        computeEnvironment: { ...computeEnvironment, tags, cause },
      }),
    };
  }
  const jobQueue = state.jobQueues.get(arn);
  if (jobQueue !== undefined) {
    return {
      tags: jobQueue.tags,
      retag: (tags, cause) => ({ kind: "job-queue-put", jobQueue: { ...jobQueue, tags, cause } }),
    };
  }
  const resource = PLAIN_TYPES.map((type) => state.plainResources.find(type, arn)).find(
    (found) => found !== undefined,
  );
  if (resource !== undefined) {
    return {
      tags: resource.tags,
      retag: (tags, cause) => ({ kind: "plain-resource-put", resource: { ...resource, tags, cause } }),
    };
  }
  const serviceJob = state.serviceJobs.find(scope, name);
  return serviceJob && taggedServiceJob(serviceJob);
}

/** What the live state does not hold, or only in part. */
async function readDocument(store: Store, resource: BatchResource): Promise<TaggedDocument | undefined> {
  if (resource.resourceType === "job") return readJob(store, resource);
  if (resource.resourceType === "job-definition") return readDefinition(store, resource);
  if (resource.resourceType !== "service-job") return undefined;
  const [ended] = await store.readServiceJobs(resource.scope, [resource.name]);
  return ended && taggedServiceJob(ended);
}

function taggedServiceJob(serviceJob: ServiceJob): TaggedDocument {
  return {
    tags: serviceJob.tags,
    retag: (tags, cause) => ({ kind: "service-job-put", serviceJob: { ...serviceJob, tags, cause } }),
  };
}

async function readJob(store: Store, { scope, name }: BatchResource): Promise<TaggedDocument | undefined> {
  const [stored] = await store.readJobs(scope, [name]);
  if (stored === undefined) return undefined;
  return {
    tags: stored.job.tags,
    retag: (tags, cause) => ({ kind: "job-tagged", scope, jobId: name, tags, cause }),
  };
}

async function readDefinition(
  store: Store,
  resource: BatchResource & { readonly resourceType: "job-definition" },
): Promise<TaggedDocument | undefined> {
  const { scope, name, revision } = resource;
  const jobDefinition = revision && (await store.readJobDefinition(scope, name, revision));
  if (!jobDefinition) return undefined;
  return {
    tags: jobDefinition.tags,
    retag: (tags, cause) => ({
      kind: "job-definition-put",
      jobDefinition: { ...jobDefinition, tags, taggedBy: cause },
    }),
  };
}
