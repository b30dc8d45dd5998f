import { randomBytes, randomUUID } from "node:crypto";
import type { IdSource } from "../lib/id-source.ts";
import { SYSTEM_CLOCK } from "./clock.ts";

export const RANDOM_IDS: IdSource = {
  uuid: () => orderedUuid(SYSTEM_CLOCK.nowMs()),
  hex: (length) =>
    randomBytes(Math.ceil(length / 2))
      .toString("hex")
      .slice(0, length),
};

/**
 * A UUID of the form that AWS's have, its first 48 bits the time and 74 of the rest random: ids that are made together
 * stand together in the store's index. Measured: wholly random ones make a submission's commit half as dear again.
 */
function orderedUuid(nowMs: number): string {
  const time = nowMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}${randomUUID().slice(13)}`;
}
