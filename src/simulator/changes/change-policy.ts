import type { SeededRandom } from "../../lib/seeded-random.ts";
import type { ShareAttributes } from "../../model/batch.ts";
import { order } from "./order.ts";
import type { Order } from "./order.ts";

const DECAY_SECONDS = [0, 60, 600, 3_600, 86_400];
const RESERVATIONS = [0, 0, 10, 50, 90];
const WEIGHTS = [0.1, 0.5, 1, 2, 10];

/** Another body for a policy: how fast use is forgotten, what is kept for shares to come, and what each share weighs. */
export function changePolicy(arn: string, shares: readonly string[], random: SeededRandom): Order {
  return order("UpdateSchedulingPolicy", {
    arn,
    fairsharePolicy: {
      shareDecaySeconds: random.pick(DECAY_SECONDS),
      computeReservation: random.pick(RESERVATIONS),
      shareDistribution: chooseDistribution(shares, random),
    },
  });
}

/** Some shares by name, some by a prefix that stands for no share that is named. */
function chooseDistribution(shares: readonly string[], random: SeededRandom): readonly ShareAttributes[] {
  const prefix = random.chance(50) ? random.pick(shares)?.slice(0, -1) : undefined;
  const named = shares.filter(
    (share) => random.chance(50) && (prefix === undefined || !share.startsWith(prefix)),
  );
  const identifiers = prefix === undefined ? named : [`${prefix}*`, ...named];
  return identifiers.map((shareIdentifier) => ({ shareIdentifier, weightFactor: random.pick(WEIGHTS) }));
}
