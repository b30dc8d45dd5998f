import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { allocationStrategyOf } from "../../batch/compute-resources.ts";
import type { InstanceCatalogue } from "../../batch/instance-catalogue.ts";
import type { InstanceType } from "../../batch/instance-type.ts";
import { fitsIn } from "../../batch/resources.ts";
import type { SpotMarket } from "../../batch/spot-market.ts";
import { unreachable } from "../../lib/assert.ts";
import type { InstanceNeed } from "./instance-supply.ts";

type ComputeResources = NonNullable<ComputeEnvironment["computeResources"]>;
type Strategy = ReturnType<typeof allocationStrategyOf>;

/**
 * Why no type is chosen.
 *
 * - `exceeds-instance-types`: none of the environment's types could ever hold what is needed.
 * - `above-bid`: those that could are dearer now than `bidPercentage` allows.
 * - `environments-full`: those that could would take the environment above `maxvCpus`.
 */
export type NoInstanceType = "exceeds-instance-types" | "above-bid" | "environments-full";

/**
 * Which type an EC2 or SPOT environment launches next, by its allocation strategy (specification 5.4).
 * https://docs.aws.amazon.com/batch/latest/userguide/allocation-strategies.html
 *
 * Prices are those on demand; for SPOT those of the market. Types without a price come last.
 *
 * - BEST_FIT: the cheapest type that holds what is needed; of equally cheap ones the smallest.
 * - BEST_FIT_PROGRESSIVE: the cheapest per vCPU; among equals the largest that neither the demand nor what is left to
 *   `maxvCpus` is too small for, else the smallest.
 * - BEST_FIT_PROGRESSIVE_ORDERED: the user's order; a family in it is taken as BEST_FIT_PROGRESSIVE takes its types.
 * - SPOT_CAPACITY_OPTIMIZED: the deepest pool.
 * - SPOT_PRICE_CAPACITY_OPTIMIZED: the lowest price per vCPU × (2 - depth): an empty pool counts as twice as dear.
 * - SPOT_CAPACITY_OPTIMIZED_PRIORITIZED: pools are in five classes of depth; within the deepest class the user's order,
 *   then the depth.
 *
 * While anything is left to `maxvCpus` one instance may exceed it; BEST_FIT on demand never does.
 *
 * A type with GPUs is taken for a job without only where no other type could hold it: AWS lets such jobs run there and
 * warns of the cost and of GPU jobs that they keep out (https://docs.aws.amazon.com/batch/latest/userguide/gpu-jobs.html).
 *
 * `local.host` is not among the types. Made once for the resources of an environment: a choice sorts nothing, but for the
 * first of each step of the market.
 */
export class TypeChoice {
  readonly #resources: ComputeResources;
  readonly #groups: readonly (readonly InstanceType[])[];
  readonly #strategy: Strategy;
  /** Present for SPOT. */
  readonly #spot: { readonly market: SpotMarket; readonly partMax: number } | undefined;
  #ranking: Ranking | undefined;

  constructor(resources: ComputeResources, catalogue: InstanceCatalogue, market: SpotMarket) {
    const { type, instanceTypes = [], bidPercentage = 100 } = resources;
    this.#resources = resources;
    this.#groups = catalogue.groups(instanceTypes);
    this.#strategy = allocationStrategyOf(resources);
    this.#spot = type === "SPOT" ? { market, partMax: bidPercentage / 100 } : undefined;
  }

  /** Whether it would choose for these resources, too: they differ at most in what only scales. */
  isFor({ type, instanceTypes, allocationStrategy, bidPercentage }: ComputeResources): boolean {
    return (
      this.#resources.type === type &&
      this.#resources.instanceTypes === instanceTypes &&
      this.#resources.allocationStrategy === allocationStrategy &&
      this.#resources.bidPercentage === bidPercentage
    );
  }

  choose(need: InstanceNeed, nowMs: number): InstanceType | NoInstanceType {
    const { plain, withGpus } = this.#rankingAt(nowMs);
    if (need.resources.gpuCount > 0) return this.#chooseOf(withGpus, need);
    const chosen = this.#chooseOf(plain, need);
    return chosen === "exceeds-instance-types" ? this.#chooseOf(withGpus, need) : chosen;
  }

  #chooseOf(tiers: readonly Tier[], need: InstanceNeed): InstanceType | NoInstanceType {
    const isStrict = this.#strategy === "BEST_FIT" && this.#spot === undefined;
    if (need.vcpuMillisLeft > 0) {
      for (const tier of tiers) {
        const chosen = bestOf(tier, need, isStrict);
        if (chosen !== undefined) return chosen;
      }
    }
    return reasonOf(tiers, need);
  }

  #rankingAt(nowMs: number): Ranking {
    const step = this.#spot?.market.stepAt(nowMs) ?? 0;
    if (this.#ranking?.step === step) return this.#ranking;
    const offers = this.#offersAt(step);
    this.#ranking = {
      step,
      plain: tiersOf(
        offers.filter(({ type }) => type.usable.gpuCount === 0),
        this.#strategy,
      ),
      withGpus: tiersOf(
        offers.filter(({ type }) => type.usable.gpuCount > 0),
        this.#strategy,
      ),
    };
    return this.#ranking;
  }

  #offersAt(step: number): readonly Offer[] {
    let listedIndex = 0;
    return this.#groups.flatMap((types, groupIndex) =>
      types.map((type) => {
        const { pricePart, depth } = this.#spot?.market.quote(type.name, step) ?? ON_DEMAND;
        const pricePerHour = (type.pricePerHour ?? Infinity) * pricePart;
        const isAboveBid = this.#spot !== undefined && pricePart > this.#spot.partMax;
        listedIndex += 1;
        return { type, groupIndex, listedIndex, pricePerHour, depth, isAboveBid };
      }),
    );
  }
}

const ON_DEMAND = { pricePart: 1, depth: 1 };

/** How many classes of depth SPOT_CAPACITY_OPTIMIZED_PRIORITIZED tells apart. */
const DEPTH_CLASSES = 5;

/** A type as it can be had in a step of the market. */
interface Offer {
  readonly type: InstanceType;
  /** Of the entry of `instanceTypes` that it comes from. */
  readonly groupIndex: number;
  readonly listedIndex: number;
  /** USD; Infinity where it is not known. */
  readonly pricePerHour: number;
  readonly depth: number;
  readonly isAboveBid: boolean;
}

/** Types that the strategy likes equally well, smallest first. */
type Tier = readonly Offer[];

interface Ranking {
  readonly step: number;
  /** Best first, as the others. */
  readonly plain: readonly Tier[];
  readonly withGpus: readonly Tier[];
}

function tiersOf(offers: readonly Offer[], strategy: Strategy): readonly Tier[] {
  const ranked = offers
    .map((offer) => ({ offer, rank: rankOf(offer, strategy) }))
    .sort((a, b) => compareRanks(a.rank, b.rank) || compareSizes(a.offer, b.offer));
  const tiers: Offer[][] = [];
  for (const [index, { offer, rank }] of ranked.entries()) {
    const before = ranked[index - 1];
    const isEqual = before !== undefined && compareRanks(before.rank, rank) === 0;
    const tier = isEqual ? tiers.at(-1) : undefined;
    if (tier === undefined) tiers.push([offer]);
    else tier.push(offer);
  }
  return tiers;
}

/** What a strategy goes by, the most important first: the lower the better. */
function rankOf(offer: Offer, strategy: Strategy): readonly number[] {
  const { groupIndex, listedIndex, pricePerHour, depth, type } = offer;
  switch (strategy) {
    case "BEST_FIT":
      return [pricePerHour, type.resources.vcpuMillis, listedIndex];
    case "BEST_FIT_PROGRESSIVE":
      return [microUsdPerVcpu(offer)];
    case "BEST_FIT_PROGRESSIVE_ORDERED":
      return [groupIndex, microUsdPerVcpu(offer)];
    case "SPOT_CAPACITY_OPTIMIZED":
      return [-depth, listedIndex];
    case "SPOT_PRICE_CAPACITY_OPTIMIZED":
      return [microUsdPerVcpu(offer) * (2 - depth), listedIndex];
    case "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED":
      return [-Math.floor(depth * DEPTH_CLASSES), groupIndex, -depth, listedIndex];
    default:
      return unreachable(strategy);
  }
}

/** Whole, so that the sizes of a family, whose prices are rounded, are equals. */
function microUsdPerVcpu({ type, pricePerHour }: Offer): number {
  return Math.round((pricePerHour * 1e9) / type.resources.vcpuMillis);
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (const [index, rank] of a.entries()) {
    const other = b[index] ?? rank;
    if (rank !== other) return rank < other ? -1 : 1;
  }
  return 0;
}

function compareSizes(a: Offer, b: Offer): number {
  return a.type.resources.vcpuMillis - b.type.resources.vcpuMillis || a.listedIndex - b.listedIndex;
}

/** @param isStrict keeps the environment within `maxvCpus`. */
function bestOf(tier: Tier, need: InstanceNeed, isStrict: boolean): InstanceType | undefined {
  const { resources, demandVcpuMillis, vcpuMillisLeft } = need;
  let smallest: InstanceType | undefined;
  let largest: InstanceType | undefined;
  for (const { type, isAboveBid } of tier) {
    const { vcpuMillis } = type.resources;
    if (isAboveBid || !fitsIn(resources, type.usable)) continue;
    if (isStrict && vcpuMillis > vcpuMillisLeft) break;
    smallest ??= type;
    if (vcpuMillis > demandVcpuMillis || vcpuMillis > vcpuMillisLeft) break;
    if (vcpuMillis > (largest?.resources.vcpuMillis ?? 0)) largest = type;
  }
  return largest ?? smallest;
}

function reasonOf(tiers: readonly Tier[], { resources, vcpuMillisLeft }: InstanceNeed): NoInstanceType {
  let reason: NoInstanceType = "exceeds-instance-types";
  for (const tier of tiers) {
    for (const { type, isAboveBid } of tier) {
      if (!fitsIn(resources, type.usable)) continue;
      if (vcpuMillisLeft <= 0 || !isAboveBid) return "environments-full";
      reason = "above-bid";
    }
  }
  return reason;
}
