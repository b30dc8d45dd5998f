import { characterCount } from "../lib/character-count.ts";
import { Refusal } from "./refusal.ts";

/** Key to value, case-sensitive. */
export type Tags = Readonly<Record<string, string>>;

/** The most tags that one resource has, and that one request gives. */
export const TAGS_MAX = 50;
const TAG_KEY_LENGTH_MAX = 128;
const TAG_VALUE_LENGTH_MAX = 256;

/** Checks the `tags` of a request; absent means none, and so does an empty map, which Airflow sends with each job. */
export function parseTags(tags: Tags | undefined): Tags | Refusal {
  if (tags === undefined) return {};
  const keys = Object.keys(tags);
  if (keys.length > TAGS_MAX) {
    return Refusal.bare(`tags must have between 1 and ${TAGS_MAX} entries, got ${keys.length}`);
  }
  for (const [key, value] of Object.entries(tags)) {
    const refusal = checkKey(key) ?? checkValue(key, value);
    if (refusal !== undefined) return refusal;
  }
  return tags;
}

/** The tags that a resource has after TagResource: keys that are not named stay as they are. */
export function mergeTags(current: Tags, added: Tags): Tags | Refusal {
  const merged = { ...current, ...added };
  const count = Object.keys(merged).length;
  if (count > TAGS_MAX) {
    return Refusal.bare(`tags of a resource must have at most ${TAGS_MAX} entries, would have ${count}`);
  }
  return merged;
}

/** The tags that a resource has after UntagResource: keys that it does not have are passed over. */
export function removeTags(current: Tags, keys: readonly string[]): Tags {
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(current).filter(([key]) => !gone.has(key)));
}

function checkKey(key: string): Refusal | undefined {
  const length = characterCount(key);
  if (length < 1 || length > TAG_KEY_LENGTH_MAX) {
    return Refusal.bare(
      `tags: a key must have between 1 and ${TAG_KEY_LENGTH_MAX} characters, got ${length}`,
    );
  }
  if (key.toLowerCase().startsWith("aws:")) {
    return Refusal.bare(`tags: a key must not begin with aws:, which is reserved, got ${key}`);
  }
  return undefined;
}

function checkValue(key: string, value: string): Refusal | undefined {
  const length = characterCount(value);
  if (length <= TAG_VALUE_LENGTH_MAX) return undefined;
  return Refusal.bare(`tags.${key} must have at most ${TAG_VALUE_LENGTH_MAX} characters, got ${length}`);
}
