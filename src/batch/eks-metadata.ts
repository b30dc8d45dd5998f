import type { EksMetadata } from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import { checkNamespace } from "./kubernetes-namespace.ts";
import { Refusal } from "./refusal.ts";

const ANNOTATION_VALUE_LENGTH_MAX = 255;

/**
 * Checks the labels, annotations and namespace of a pod. AWS's texts, as recorded in
 * https://github.com/badmintoncryer/cdk-preflight (rules/batch); those with a path are ours.
 */
export function checkMetadata(
  { labels = {}, annotations = {}, namespace }: EksMetadata,
  path: string,
): Refusal | undefined {
  return (
    firstRefusal(
      Object.entries(labels),
      ([key, value]) => checkKey(key, "label", `${path}.labels`) ?? checkLabelValue(value),
    ) ??
    firstRefusal(
      Object.entries(annotations),
      ([key, value]) => checkKey(key, "annotation", `${path}.annotations`) ?? checkAnnotationValue(value),
    ) ??
    (namespace === undefined ? undefined : checkNamespace(namespace))
  );
}

/** The metadata with the overriding ones on them, key by key. */
export function mergeMetadata(own: EksMetadata, overriding: EksMetadata): EksMetadata {
  const namespace = overriding.namespace ?? own.namespace;
  return {
    ...((own.labels ?? overriding.labels) && { labels: { ...own.labels, ...overriding.labels } }),
    ...((own.annotations ?? overriding.annotations) && {
      annotations: { ...own.annotations, ...overriding.annotations },
    }),
    ...(namespace !== undefined && { namespace }),
  };
}

/** Kubernetes' own, and Batch's. */
const RESERVED_PREFIXES: readonly string[] = ["kubernetes.io/", "k8s.io/", "batch.amazonaws.com/"];
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const KEY = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

function checkKey(key: string, kind: "label" | "annotation", path: string): Refusal | undefined {
  if (!KEY.test(key)) {
    return Refusal.wrapped(`The name ${key} of the pod ${kind} key does not match a valid pattern.`);
  }
  const prefix = RESERVED_PREFIXES.find((reserved) => key.startsWith(reserved));
  if (prefix === undefined) return undefined;
  return Refusal.bare(`${path}: a key must not begin with ${prefix}, which is reserved, got ${key}`);
}

function checkLabelValue(value: string): Refusal | undefined {
  if (LABEL_VALUE.test(value)) return undefined;
  return Refusal.wrapped(`The pod label value ${value} does not match a valid pattern.`);
}

function checkAnnotationValue(value: string): Refusal | undefined {
  if (value.length <= ANNOTATION_VALUE_LENGTH_MAX) return undefined;
  return Refusal.wrapped(
    `Metadata annotation value ${value} cannot be longer than ${ANNOTATION_VALUE_LENGTH_MAX} characters.`,
  );
}
