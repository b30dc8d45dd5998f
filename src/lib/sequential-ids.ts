import type { IdSource } from "./id-source.ts";

/** Ids that count: the same in every run. */
export function sequentialIds(): IdSource {
  let last = 0;
  const next = (): string => (last += 1).toString(16);
  return {
    uuid: () => `00000000-0000-4000-8000-${next().padStart(12, "0")}`,
    hex: (length) => next().padStart(length, "0"),
  };
}
