const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;
const UNIT_FACTOR = 1024;

/** Writes bytes in the largest unit that leaves at least 1, with one decimal where it is not whole: `10 GiB`, `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= UNIT_FACTOR && unit < UNITS.length - 1) {
    value /= UNIT_FACTOR;
    unit += 1;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
