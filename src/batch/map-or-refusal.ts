import { Refusal } from "./refusal.ts";

/** Maps each item in turn; what the first refused one is refused for stands for all. */
export function mapOrRefusal<Item, Result>(
  items: readonly Item[],
  map: (item: Item, index: number) => Result | Refusal,
): readonly Result[] | Refusal {
  const results: Result[] = [];
  for (const [index, item] of items.entries()) {
    const result = map(item, index);
    if (result instanceof Refusal) return result;
    results.push(result);
  }
  return results;
}
