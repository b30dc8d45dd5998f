/** All that a listing has, page by page, up to `countMax` items. */
export async function readPages<Page extends { readonly nextToken?: string | undefined }, Item>(
  read: (nextToken: string | undefined) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
  countMax = Infinity,
): Promise<{ readonly items: Item[]; readonly isCut: boolean }> {
  const items: Item[] = [];
  let nextToken: string | undefined;
  do {
    const page = await read(nextToken);
    items.push(...(itemsOf(page) ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined && items.length < countMax);
  return { items: items.slice(0, countMax), isCut: nextToken !== undefined || items.length > countMax };
}

/** Applies `ask` to each, at most `together` at once; answers in the order of `items`. */
export async function askEach<Item, Answer>(
  items: readonly Item[],
  together: number,
  ask: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const waiting = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of waiting) answers[index] = await ask(item);
  };
  await Promise.all(Array.from({ length: Math.min(together, items.length) }, work));
  return answers;
}
