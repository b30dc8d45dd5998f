import type { Resources } from "../../batch/resources.ts";

/** Of several offers the one that comes nearest to what is wanted: that lacks the smallest part of any one resource. */
export function nearestOf<Offer extends { readonly resources: Resources }>(
  offers: Iterable<Offer>,
  wanted: Resources,
): Offer | undefined {
  let nearest: Offer | undefined;
  let least = Infinity;
  for (const offer of offers) {
    const lacking = lackingPart(offer.resources, wanted);
    if (lacking >= least) continue;
    nearest = offer;
    least = lacking;
  }
  return nearest;
}

function lackingPart(offered: Resources, wanted: Resources): number {
  const parts = DIMENSIONS.map((dimension) =>
    wanted[dimension] === 0 ? 0 : 1 - offered[dimension] / wanted[dimension],
  );
  return Math.max(0, ...parts);
}

const DIMENSIONS = ["vcpuMillis", "memoryMiB", "gpuCount"] as const;
