/** What an item of a line may look like, and what it says; groups that are absent are empty. */
export interface ItemRule<Draft> {
  readonly pattern: RegExp;
  readonly says: (groups: readonly [string, string], draft: Draft) => Draft;
}

/** Reads items between commas: each has to be known. */
export function readItems<Draft>(text: string, rules: readonly ItemRule<Draft>[], empty: Draft): Draft {
  return text.split(/,\s*/).reduce((draft, item) => readItem(item.trim(), rules, draft), empty);
}

function readItem<Draft>(item: string, rules: readonly ItemRule<Draft>[], draft: Draft): Draft {
  for (const { pattern, says } of rules) {
    const match = new RegExp(`^(?:${pattern.source})$`).exec(item);
    if (match !== null) return says([match[1] ?? "", match[2] ?? ""], draft);
  }
  throw new Error(`unknown: "${item}"`);
}

const UNIT_MS = { s: 1_000, min: 60_000, h: 3_600_000 };

/** A length, as in `90 s`, `5 min` or `2 h`. */
export function readLength(text: string): number {
  const [, count, unit] = /^([\d.]+) (s|min|h)$/.exec(text) ?? [];
  if (unit !== "s" && unit !== "min" && unit !== "h") throw new Error(`not a length: "${text}"`);
  return Number(count) * UNIT_MS[unit];
}

/** Memory in MiB, as in `512 MiB` or `2 GiB`. */
export function readMemory(text: string): number {
  const [, count, unit] = /^([\d.]+) (MiB|GiB)$/.exec(text) ?? [];
  if (unit === undefined) throw new Error(`not an amount of memory: "${text}"`);
  return Number(count) * (unit === "GiB" ? 1_024 : 1);
}

/** A moment of an example, as in `5:00` or `1:05:00`, in milliseconds. */
export function readMoment(text: string): number {
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1_000;
}

export function writeMoment(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, "0");
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}
