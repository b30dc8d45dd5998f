import { parseNameOrArn, parseResourceArn } from "../../../batch/arn.ts";
import type { BatchResource, NameableType } from "../../../batch/arn.ts";
import type { PlainResourceOf, PlainResourceType } from "../../../batch/plain-resource.ts";
import { isSameScope } from "../../../batch/scope.ts";
import type { Scope } from "../../../batch/scope.ts";
import type { Store } from "../../../store/store.ts";
import type { RequestContext } from "../../operation.ts";
import { readPage } from "../../pagination.ts";
import type { AnsweredPage, PagedInput } from "../../pagination.ts";

/** Entries on a page (specification 1.5). */
const PAGE_MAX = 100;

/** A page of the plain resources of a type, by name. */
export async function listPlain<Type extends PlainResourceType>(
  store: Store,
  context: RequestContext,
  input: PagedInput,
  listed: { readonly operation: string; readonly type: Type; readonly namePrefix: string },
): Promise<AnsweredPage<PlainResourceOf<Type>>> {
  const { scope } = context;
  const { operation, type, namePrefix } = listed;
  const listing = { operation, scope, filter: namePrefix };
  return readPage(input, listing, PAGE_MAX, (page) =>
    store.listPlainResources({ type, scope, namePrefix }, page),
  );
}

/** The plain resource that the text names, by name or by ARN, as it is stored. */
export async function readByNameOrArn<Type extends NameableType & PlainResourceType>(
  store: Store,
  scope: Scope,
  type: Type,
  nameOrArn: string,
): Promise<PlainResourceOf<Type> | undefined> {
  const name = parseNameOrArn(scope, type, nameOrArn);
  return name === undefined ? undefined : (await store.readPlainResources(type, scope, [name]))[0];
}

/** The plain resource of that ARN, as it is stored; those of other scopes are not there. */
export async function readByArn<Type extends PlainResourceType & BatchResource["resourceType"]>(
  store: Store,
  scope: Scope,
  type: Type,
  arn: string,
): Promise<PlainResourceOf<Type> | undefined> {
  const resource = parseResourceArn(arn);
  if (resource?.resourceType !== type || !isSameScope(resource.scope, scope)) return undefined;
  return (await store.readPlainResources(type, scope, [resource.name]))[0];
}
