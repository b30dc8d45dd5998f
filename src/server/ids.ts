import { randomBytes, randomUUID } from "node:crypto";
import type { IdSource } from "../lib/id-source.ts";
import { SYSTEM_CLOCK } from "./clock.ts";

export const RANDOM_IDS: IdSource = {
  uuid: createOrderedUuids(() => SYSTEM_CLOCK.nowMs()),
  hex: (length) =>
    randomBytes(Math.ceil(length / 2))
      .toString("hex")
      .slice(0, length),
};

/** Three hexadecimal digits count what is made within a millisecond. */
const COUNT_MAX = 0x1000;

/**
 * Makes UUIDs of the form that AWS's have, in ascending order: their first 48 bits are the time, the next 12 count within
 * the millisecond, 62 are random. Ids that are made together so stand together in the store's index. Measured: wholly
 * random ones make a submission's commit half as dear again.
 */
export function createOrderedUuids(nowMs: () => number): () => string {
  let atMs = 0;
  let time = "";
  let count = 0;
  return () => {
    const now = nowMs();
    count = now === atMs ? (count + 1) % COUNT_MAX : 0;
    if (now !== atMs) {
      const digits = now.toString(16).padStart(12, "0");
      time = `${digits.slice(0, 8)}-${digits.slice(8)}`;
      atMs = now;
    }
    const number = count.toString(16).padStart(3, "0");
    return `${time}-4${number}${randomUUID().slice(18)}`;
  };
}
