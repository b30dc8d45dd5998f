import type { ConsumableAnswer } from "./explanation.ts";

/** Whether less of the consumable resource is free than the job needs. */
export function isShort({
  quantity,
  totalQuantity,
  heldQuantity,
}: Pick<ConsumableAnswer, "quantity" | "totalQuantity" | "heldQuantity">): boolean {
  return heldQuantity + quantity > totalQuantity;
}
