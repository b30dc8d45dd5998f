import { assert } from "../../src/lib/assert.ts";
import type { Page, PageRequest } from "../../src/store/store.ts";

/** More pages than any test has items. */
const PAGES_MAX = 1000;

/** All pages of a list; `between` runs after each page but the last. */
export async function allPages<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
  limit: number,
  between: (pageCount: number) => Promise<void> = async () => {},
): Promise<(readonly Item[])[]> {
  const pages: (readonly Item[])[] = [];
  let after: string | undefined;
  do {
    assert(pages.length < PAGES_MAX, "the list never ends");
    const page = await list({ limit, ...(after !== undefined && { after }) });
    pages.push(page.items);
    after = page.next;
    if (after !== undefined) await between(pages.length);
  } while (after !== undefined);
  return pages;
}
