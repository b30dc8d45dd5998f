import type { TextMatch } from "./store.ts";

/** Whether a name is meant. */
export function matchesText(name: string, { text, isPrefix }: TextMatch): boolean {
  const nameKey = name.toLowerCase();
  const wanted = text.toLowerCase();
  return isPrefix ? nameKey.startsWith(wanted) : nameKey === wanted;
}
