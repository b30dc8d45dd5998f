import { parseResourceArn } from "../../../batch/arn.ts";
import type { BatchResource } from "../../../batch/arn.ts";
import type { Cause } from "../../../batch/cause.ts";
import { Refusal } from "../../../batch/refusal.ts";
import { isSameScope } from "../../../batch/scope.ts";
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

/** The tags of a compute environment, a job queue, a revision of a job definition or a job. */
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
 * result replaces: those of environments and queues by the sequencer, those of documents by the document lock.
 */
export async function changeTags(
  { sequencer, store, documentLock }: BatchServices,
  resourceArn: string,
  context: RequestContext,
  decideTags: TagChange,
): Promise<void> {
  const resource = orRefuse(parseTaggable(resourceArn, context), context);
  if (resource.resourceType === "compute-environment" || resource.resourceType === "job-queue") {
    return sequencer.decide((state) => {
      const put = retagNamed(state, resourceArn, context, decideTags);
      return { changes: [orRefuse(put, context)], answer: undefined };
    });
  }
  return documentLock.run(async () => {
    const document = await readDocument(store, resource);
    const current = orRefuse(document ?? doesNotExist(resourceArn), context);
    const tags = orRefuse(decideTags(current.tags), context);
    const change = current.retag(tags, causeOf(context));
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
      "resourceArn must be the ARN of a compute environment, a job queue, a job definition with its revision, or a job " +
        `that is neither an array child nor a node, got ${resourceArn}`,
    );
  }
  return isSameScope(resource.scope, scope) ? resource : doesNotExist(resourceArn);
}

/** Environments and queues, as they are stored. */
async function readNamed(
  store: Store,
  { resourceType, scope, name }: BatchResource,
): Promise<{ readonly tags: Tags } | undefined> {
  if (resourceType === "compute-environment") return (await store.readComputeEnvironments(scope, [name]))[0];
  if (resourceType === "job-queue") return (await store.readJobQueues(scope, [name]))[0];
  return undefined;
}

async function readDocument(store: Store, resource: BatchResource): Promise<TaggedDocument | undefined> {
  const { scope, name } = resource;
  if (resource.resourceType === "job") {
    const [stored] = await store.readJobs(scope, [name]);
    if (stored === undefined) return undefined;
    return {
      tags: stored.job.tags,
      retag: (tags, cause) => ({ kind: "job-tagged", scope, jobId: name, tags, cause }),
    };
  }
  if (resource.resourceType !== "job-definition" || resource.revision === undefined) return undefined;
  const jobDefinition = await store.readJobDefinition(scope, name, resource.revision);
  if (jobDefinition === undefined) return undefined;
  return {
    tags: jobDefinition.tags,
    retag: (tags, cause) => ({
      kind: "job-definition-put",
      jobDefinition: { ...jobDefinition, tags, taggedBy: cause },
    }),
  };
}

function retagNamed(
  state: LiveState,
  arn: string,
  context: RequestContext,
  change: TagChange,
): Change | Refusal {
  const cause = causeOf(context);
  const computeEnvironment = state.computeEnvironments.get(arn);
  if (computeEnvironment !== undefined) {
    const tags = change(computeEnvironment.tags);
    if (tags instanceof Refusal) return tags;
    return { kind: "compute-environment-put", computeEnvironment: { ...computeEnvironment, tags, cause } };
  }
  const jobQueue = state.jobQueues.get(arn);
  if (jobQueue === undefined) return doesNotExist(arn);
  const tags = change(jobQueue.tags);
  if (tags instanceof Refusal) return tags;
  return { kind: "job-queue-put", jobQueue: { ...jobQueue, tags, cause } };
}
