import { createCipheriv, createDecipheriv, createHmac, hash, timingSafeEqual } from "node:crypto";
import type { Sealer } from "../secrets/sealer.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TASK_ID = /^[0-9a-f]{32}$/;

/**
 * The ids and tokens by which the containers of a task ask for their credentials. Nobody can guess them, and none are
 * stored: an id is the task's own, encrypted as the one block that it is, a token a digest of it.
 */
export class TaskEndpointIds {
  readonly #sealer: Pick<Sealer, "deriveKey">;

  constructor(sealer: Pick<Sealer, "deriveKey">) {
    this.#sealer = sealer;
  }

  /** A UUID by its form. */
  credentialsId(taskId: string): string {
    const cipher = createCipheriv("aes-256-ecb", this.#idKey(), null).setAutoPadding(false);
    const hex = cipher.update(taskId, "hex", "hex") + cipher.final("hex");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  /** The id of a task that may exist; undefined for what has not the form of a credentials id. */
  taskIdOf(credentialsId: string): string | undefined {
    if (!UUID.test(credentialsId)) return undefined;
    const decipher = createDecipheriv("aes-256-ecb", this.#idKey(), null).setAutoPadding(false);
    const taskId = decipher.update(credentialsId.replaceAll("-", ""), "hex", "hex") + decipher.final("hex");
    return TASK_ID.test(taskId) ? taskId : undefined;
  }

  /** What requests must carry in `Authorization`. */
  token(taskId: string): string {
    const key = this.#sealer.deriveKey("task tokens");
    return createHmac("sha256", key).update(taskId).digest("base64url");
  }

  /** Compares in a time that tells nothing of where the texts differ. */
  isToken(taskId: string, text: string): boolean {
    return timingSafeEqual(hash("sha256", text, "buffer"), hash("sha256", this.token(taskId), "buffer"));
  }

  #idKey(): Buffer {
    return this.#sealer.deriveKey("credentials ids");
  }
}
