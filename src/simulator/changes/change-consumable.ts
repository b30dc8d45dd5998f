import type { SeededRandom } from "../../lib/seeded-random.ts";
import type { CreateConsumableResourceRequest } from "../../model/batch.ts";
import { order } from "./order.ts";
import type { Order } from "./order.ts";
import type { SeenResources } from "./seen-resources.ts";

/** There is more of a resource, or less, also than is held; or none of it is left, not even its name. */
export function changeConsumable(
  request: CreateConsumableResourceRequest,
  { consumables }: SeenResources,
  random: SeededRandom,
): Order {
  const { consumableResourceName: consumableResource, totalQuantity: first = 0 } = request;
  const total = consumables.get(consumableResource)?.totalQuantity;
  if (total === undefined) return order("CreateConsumableResource", request);
  if (random.chance(15)) return order("DeleteConsumableResource", { consumableResource });
  const operation = random.pick(["SET", "ADD", "REMOVE"]);
  const quantity = random.between(0, operation === "REMOVE" ? total : first);
  const clientToken = `token-${random.between(0, 2 ** 32 - 1)}`;
  return order("UpdateConsumableResource", { consumableResource, operation, quantity, clientToken });
}
