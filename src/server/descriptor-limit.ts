import { readFileSync } from "node:fs";

/** Descriptors that connections never take: the store, the shim, and what is open for a moment. */
const RESERVED_MIN = 64;
/** The same as a part of the limit: the larger of the two is kept free. */
const RESERVED_SHARE = 1 / 4;

/** How many connections a process with so many descriptors can bear, at most `most`. */
export function bearableConnections(descriptorLimit: number, most: number): number {
  const shared = Math.floor(descriptorLimit * (1 - RESERVED_SHARE));
  return Math.max(1, Math.min(most, shared, descriptorLimit - RESERVED_MIN));
}

/** How many descriptors this process may have; Infinity where nothing is known of a limit. */
export function readDescriptorLimit(): number {
  try {
    return parseDescriptorLimit(readFileSync("/proc/self/limits", "utf8"));
  } catch {
    return Infinity; // not Linux
  }
}

/** From the text of `/proc/self/limits`: the soft limit, which Node has raised as far as it may. */
export function parseDescriptorLimit(limits: string): number {
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? Infinity : Number(soft);
}
