import type { Option } from "commander";
import { SPOT_MARKET_STEP_MS, SPOT_PRICE_PART } from "../batch/spot-market.ts";
import { DEFAULT_CAPACITY } from "../engine/engine.ts";
import { integerBetween, numberBetween, option } from "./option-kit.ts";

/** What these options say: here and in the configuration by the same names. */
export interface CapacityFlags {
  readonly instanceBootSeconds: number;
  readonly instanceIdleSeconds: number;
  readonly spotNoticeSeconds: number;
  /** What Spot costs on the whole, as a part of the price on demand. */
  readonly spotPricePart: number;
  /** Present: prices of Spot move, with the same seed in the same way. */
  readonly spotMarketSeed?: number;
  /** How long such a price stays as it is. */
  readonly spotMarketStepSeconds: number;
}

/** How compute environments get and lose their instances. */
export const CAPACITY_OPTIONS: readonly Option[] = [
  option(
    "--instance-boot-seconds <seconds>",
    "how long an instance of a compute environment takes from its launch until it takes jobs",
    numberBetween(0, 86_400),
    0,
  ),
  option(
    "--instance-idle-seconds <seconds>",
    "how long an instance without jobs stays; minScaleDownDelayMinutes of a compute environment goes before it",
    numberBetween(0, 86_400),
    DEFAULT_CAPACITY.idleMs / 1000,
  ),
  option(
    "--spot-notice-seconds <seconds>",
    "how long Spot capacity may be used on after it was said that it is taken back",
    numberBetween(0, 86_400),
    DEFAULT_CAPACITY.spotNoticeMs / 1000,
  ),
  option(
    "--spot-price-part <part>",
    "what Spot capacity costs on the whole, as a part of the price on demand; bidPercentage is held against it",
    numberBetween(0.01, 1),
    SPOT_PRICE_PART,
  ),
  option(
    "--spot-market-seed <number>",
    "moves the prices of Spot capacity, the same number in the same way; default: they do not move",
    integerBetween(0, Number.MAX_SAFE_INTEGER),
  ),
  option(
    "--spot-market-step-seconds <seconds>",
    "how long a moving price of Spot capacity stays as it is; it goes up, or down, for twelve such steps",
    numberBetween(0.1, 86_400),
    SPOT_MARKET_STEP_MS / 1000,
  ),
];

/** These of all options. */
export function capacityFlagsOf(options: CapacityFlags): CapacityFlags {
  const { instanceBootSeconds, instanceIdleSeconds, spotNoticeSeconds } = options;
  const { spotPricePart, spotMarketSeed, spotMarketStepSeconds } = options;
  return {
    instanceBootSeconds,
    instanceIdleSeconds,
    spotNoticeSeconds,
    spotPricePart,
    ...(spotMarketSeed !== undefined && { spotMarketSeed }),
    spotMarketStepSeconds,
  };
}
