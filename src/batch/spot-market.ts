/** What Spot capacity of a type costs at a moment, and how much of it there is. */
export interface SpotQuote {
  /** The price as a part of the on-demand price: above 0, at most 1. */
  readonly pricePart: number;
  /** The spare capacity of the type's pool, from 0 (none) to 1. */
  readonly depth: number;
}

/** Quotes stay as they are for the length of a step. */
export interface SpotMarket {
  /** The number of the step that a moment is in. */
  stepAt(nowMs: number): number;
  /** When the next step begins; Infinity where nothing ever moves. */
  nextStepAtMs(nowMs: number): number;
  quote(instanceType: string, step: number): SpotQuote;
}

export interface SpotMarketOptions {
  /** What Spot costs on the whole, as a part of the on-demand price: above 0, at most 1. */
  readonly pricePart?: number;
  /** Present for a market that moves; the same seed moves it in the same way. */
  readonly seed?: number;
  /** How long a quote stays as it is in a market that moves. */
  readonly stepMs?: number;
}

/** Most types have cost about a third of their on-demand price: https://aws.amazon.com/ec2/spot/instance-advisor/ */
export const SPOT_PRICE_PART = 0.35;

/** Five minutes. */
export const SPOT_MARKET_STEP_MS = 300_000;

/** A trend lasts as many steps: an hour of steps of five minutes. */
const STEPS_PER_TREND = 12;

/**
 * A model of EC2's Spot market in which price and depth depend on nothing but type and time.
 *
 * With u(…) a number from 0 to 1 that is drawn, evenly, by a hash of its arguments:
 *
 * - Without a seed nothing moves: price = pricePart × (0.8 + 0.4 × u(family)), depth = u(type).
 * - With a seed both move in steps, along straight lines w between what is drawn for each twelfth step, which is each hour
 *   where steps have five minutes: price = pricePart × 2^(3 × w - 1.5), so from 0.35 to 2.83 times what it is on the
 *   whole, with w of u(seed, family, hour); depth = w of u(seed, type, hour).
 *
 * The sizes of a family cost the same per vCPU, as on demand; each is a pool of its own. Spot never costs more than on
 * demand.
 */
export function createSpotMarket({
  pricePart = SPOT_PRICE_PART,
  seed,
  stepMs = SPOT_MARKET_STEP_MS,
}: SpotMarketOptions = {}): SpotMarket {
  if (seed === undefined) {
    return {
      stepAt: () => 0,
      nextStepAtMs: () => Infinity,
      quote: (type) => ({
        pricePart: Math.min(1, pricePart * (0.8 + 0.4 * draw(`price/${familyOf(type)}`))),
        depth: draw(`depth/${type}`),
      }),
    };
  }
  return {
    stepAt: (nowMs) => Math.floor(nowMs / stepMs),
    nextStepAtMs: (nowMs) => (Math.floor(nowMs / stepMs) + 1) * stepMs,
    quote: (type, step) => ({
      pricePart: Math.min(1, pricePart * 2 ** (3 * wave(`price/${seed}/${familyOf(type)}`, step) - 1.5)),
      depth: wave(`depth/${seed}/${type}`, step),
    }),
  };
}

function familyOf(type: string): string {
  return type.slice(0, type.indexOf("."));
}

/** Between what is drawn for the beginning and for the end of the trend that the step is in. */
function wave(name: string, step: number): number {
  const trend = Math.floor(step / STEPS_PER_TREND);
  const part = step / STEPS_PER_TREND - trend;
  return (1 - part) * draw(`${name}/${trend}`) + part * draw(`${name}/${trend + 1}`);
}

/** A number from 0 to just below 1: FNV-1a, then the finalizer of MurmurHash3, so that like names differ in it. */
function draw(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
