import { randomBytes, randomUUID } from "node:crypto";
import type { IdSource } from "../lib/id-source.ts";

export const RANDOM_IDS: IdSource = {
  uuid: () => randomUUID(),
  hex: (length) =>
    randomBytes(Math.ceil(length / 2))
      .toString("hex")
      .slice(0, length),
};
