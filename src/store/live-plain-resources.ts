import { isOfType } from "../batch/plain-resource.ts";
import type { PlainResource, PlainResourceOf, PlainResourceType } from "../batch/plain-resource.ts";

/** Plain resources as decisions see them. */
export interface PlainResources {
  find<Type extends PlainResourceType>(type: Type, arn: string): PlainResourceOf<Type> | undefined;
  /** In the order in which they came. */
  all<Type extends PlainResourceType>(type: Type): Iterable<PlainResourceOf<Type>>;
}

/** The key of a plain resource: by type and ARN here, by type, scope and name in stores. */
export type PlainResourceKey = Pick<PlainResource, "resourceType" | "scope" | "name" | "arn">;

/** For use by the live state only, which hands it out as `PlainResources`. */
export class LivePlainResources implements PlainResources {
  readonly #byType = new Map<PlainResourceType, Map<string, PlainResource>>();

  find<Type extends PlainResourceType>(type: Type, arn: string): PlainResourceOf<Type> | undefined {
    const found = this.#byType.get(type)?.get(arn);
    return found !== undefined && isOfType(found, type) ? found : undefined;
  }

  *all<Type extends PlainResourceType>(type: Type): Generator<PlainResourceOf<Type>> {
    for (const resource of this.#byType.get(type)?.values() ?? []) {
      if (isOfType(resource, type)) yield resource;
    }
  }

  put(resource: PlainResource): void {
    let resources = this.#byType.get(resource.resourceType);
    if (resources === undefined) {
      resources = new Map();
      this.#byType.set(resource.resourceType, resources);
    }
    resources.set(resource.arn, resource);
  }

  remove({ resourceType, arn }: PlainResourceKey): void {
    this.#byType.get(resourceType)?.delete(arn);
  }
}
