import { logGroupArn } from "../../../batch/arn.ts";
import type { LogGroup, LogStream } from "../../../batch/log-stream.ts";
import type { Scope } from "../../../batch/scope.ts";
import type { Store } from "../../../store/store.ts";
import { ApiError } from "../../errors.ts";
import { groupNotFound, invalidParameter, streamNotFound } from "./logs-errors.ts";

/** The two members by which inputs name a group: one of them must be there, and only one. */
export interface GroupReference {
  readonly logGroupName?: string | undefined;
  /** A name or an ARN. */
  readonly logGroupIdentifier?: string | undefined;
}

/** The group that an input names; refuses where it names none, two, or one that is not there. */
export async function findGroup(store: Store, scope: Scope, reference: GroupReference): Promise<LogGroup> {
  const { logGroupName, logGroupIdentifier } = reference;
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
    throw new ApiError(
      "ValidationException",
      "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
    );
  }
  const identifier = logGroupName ?? logGroupIdentifier;
  if (identifier === undefined) {
    throw invalidParameter("Either logGroupName or logGroupIdentifier must be specified.");
  }
  const name = groupNameOf(scope, identifier);
  const group = name === undefined ? undefined : await store.readLogGroup(scope, name);
  if (group === undefined) throw groupNotFound();
  return group;
}

export async function findStream(store: Store, group: LogGroup, streamName: string): Promise<LogStream> {
  const stream = await store.readLogStream(group.scope, group.name, streamName);
  if (stream === undefined) throw streamNotFound();
  return stream;
}

/** The name that a name or an ARN of this scope stands for; undefined where the ARN is another's. */
export function groupNameOf(scope: Scope, identifier: string): string | undefined {
  if (!identifier.startsWith("arn:")) return identifier;
  const start = logGroupArn(scope, "");
  return identifier.startsWith(start) ? identifier.slice(start.length).replace(/:\*$/, "") : undefined;
}

/** What was there before this instant has expired and is not shown. */
export function retainedFromMs({ retentionInDays }: LogGroup, nowMs: number): number | undefined {
  return retentionInDays === undefined ? undefined : nowMs - retentionInDays * DAY_MS;
}

/** Whichever of the two is later; undefined where neither is given. */
export function laterOf(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}

export const DAY_MS = 86_400_000;
