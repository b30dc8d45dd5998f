import { Refusal } from "./refusal.ts";

/** Both ends belong to it; without `max` it has no upper end. */
export interface Range {
  readonly min: number;
  readonly max?: number;
}

/** Refuses a number outside of the range; an absent one passes. */
export function checkRange(value: number | undefined, path: string, range: Range): Refusal | undefined {
  const { min, max } = range;
  if (value === undefined) return undefined;
  if (value >= min && (max === undefined || value <= max)) return undefined;
  const wanted = max === undefined ? `at least ${min}` : `between ${min} and ${max}`;
  return Refusal.bare(`${path} must be ${wanted}, got ${value}`);
}
