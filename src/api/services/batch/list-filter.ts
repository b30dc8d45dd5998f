import { Refusal } from "../../../batch/refusal.ts";
import type { KeyValuesPair } from "../../../model/batch.ts";
import type { TextMatch } from "../../../store/store.ts";

/** What the value of each filter chooses, by the filter's name. Names are case-sensitive. */
export type FilterChoices<Chosen> = Readonly<Record<string, (value: string) => Chosen | Refusal>>;

/** Reads the `filters` of an operation that takes one at most; undefined where there is none. */
export function parseOnlyFilter<Chosen>(
  filters: readonly KeyValuesPair[] = [],
  choices: FilterChoices<Chosen>,
): Chosen | Refusal | undefined {
  const [filter, ...others] = filters;
  if (filter === undefined) return undefined;
  if (others.length > 0) return Refusal.bare(`filters must have at most 1 entry, got ${filters.length}`);
  return parseFilter(filter, choices);
}

/** Reads one filter: what is refused is told as of the first, as there is seldom a second. */
export function parseFilter<Chosen>(
  { name = "", values = [] }: KeyValuesPair,
  choices: FilterChoices<Chosen>,
): Chosen | Refusal {
  const [value, ...others] = values;
  if (value === undefined || others.length > 0) {
    return Refusal.bare(`filters[0].values must have exactly 1 entry, got ${values.length}`);
  }
  const choose = Object.hasOwn(choices, name) ? choices[name] : undefined;
  if (choose !== undefined) return choose(value);
  return Refusal.bare(`filters[0].name must be one of ${Object.keys(choices).join(", ")}, got ${name}`);
}

/** A `*` at the end stands for anything. */
export function textMatch(value: string): TextMatch {
  const isPrefix = value.endsWith("*");
  return { text: isPrefix ? value.slice(0, -1) : value, isPrefix };
}

export function parseInstant<Chosen>(value: string, choose: (ms: number) => Chosen): Chosen | Refusal {
  if (/^\d{1,15}$/.test(value)) return choose(Number(value));
  return Refusal.bare(`filters[0].values[0] must be milliseconds since 1970 as digits, got ${value}`);
}
