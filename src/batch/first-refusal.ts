import type { Refusal } from "./refusal.ts";

/** Checks each item in turn; what the first refused one is refused for stands for all. */
export function firstRefusal<Item>(
  items: readonly Item[],
  check: (item: Item, index: number) => Refusal | undefined,
): Refusal | undefined {
  let index = 0;
  for (const item of items) {
    const refusal = check(item, index);
    if (refusal !== undefined) return refusal;
    index += 1;
  }
  return undefined;
}
