/** What is chosen first. */
interface Choice<Item> {
  /** Lower ones are chosen first. */
  readonly rankOf: (item: Item) => number;
  /** Among items of one rank the groups take turns, so that a large one leaves room for the others; absent: all are one. */
  readonly groupOf?: (item: Item) => string;
}

/** Chooses at most `countMax` items: of one rank and group the first ones. They stay in their order. */
export function chooseInTurns<Item>(
  items: readonly Item[],
  { rankOf, groupOf = () => "" }: Choice<Item>,
  countMax: number,
): readonly Item[] {
  if (items.length <= countMax) return items;
  const countBefore = new Map<string, number>();
  const ranked = items.map((item, index) => {
    const rank = rankOf(item);
    const key = `${rank} ${groupOf(item)}`;
    const turn = countBefore.get(key) ?? 0;
    countBefore.set(key, turn + 1);
    return { item, index, rank, turn };
  });
  return ranked
    .toSorted((a, b) => a.rank - b.rank || a.turn - b.turn)
    .slice(0, countMax)
    .toSorted((a, b) => a.index - b.index)
    .map(({ item }) => item);
}
