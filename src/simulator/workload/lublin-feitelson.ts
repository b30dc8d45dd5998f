import type { SeededRandom } from "../../lib/seeded-random.ts";
import { drawGamma, gammaDensity } from "./gamma.ts";
import type { Gamma } from "./gamma.ts";
import type { WorkloadJob } from "./workload-job.ts";

/**
 * A model of the jobs of one kind, after U. Lublin and D. G. Feitelson, "The workload on parallel supercomputers:
 * modeling the characteristics of rigid jobs", Journal of Parallel and Distributed Computing 63(11), 2003,
 * https://doi.org/10.1016/S0743-7315(03)00108-4
 */
export interface JobModel {
  readonly sizes: SizeModel;
  readonly runTimes: RunTimeModel;
  readonly arrivals: ArrivalModel;
}

/** How many processors a job asks for. The parameters of parallel jobs are logarithms to the base 2. */
export interface SizeModel {
  /** The part of the jobs that ask for one. */
  readonly serialPart: number;
  /** The part that asks for a power of two. */
  readonly powerOfTwoPart: number;
  readonly low: number;
  /** Where the two uniform stages meet. */
  readonly medium: number;
  readonly high: number;
  /** The part of the parallel jobs between `low` and `medium`. */
  readonly lowPart: number;
}

/** The natural logarithm of a job's seconds: short jobs or long ones, fewer short ones the larger the job. */
export interface RunTimeModel {
  readonly short: Gamma;
  readonly long: Gamma;
  /** The part of short jobs is `shortPart` + `shortPartPerProcessor` x processors, between 0 and 1. */
  readonly shortPart: number;
  readonly shortPartPerProcessor: number;
}

export interface ArrivalModel {
  /** The natural logarithm of the seconds between two arrivals, were all half hours alike. */
  readonly gap: Gamma;
  /** The daily cycle: how the arrivals of a day are spread over its half hours; see `dailyCycle`. */
  readonly cycle: Gamma;
}

/**
 * The published parameters of batch jobs, for a machine of 128 processors.
 *
 * They are those of the authors' program, m_lublin99.c, of the Parallel Workloads Archive
 * (https://www.cs.huji.ac.il/labs/parallel/workload/m_lublin99/), there called: SERIAL_PROB, POW2_PROB, ULOW, UMED, UHI,
 * UPROB; A1, B1, A2, B2, PB, PA; AARR x ARAR, BARR; ANUM, BNUM, each with _BATCH.
 */
export const BATCH_MODEL: JobModel = {
  sizes: { serialPart: 0.2927, powerOfTwoPart: 0.6686, low: 1.2, medium: 5, high: 7, lowPart: 0.875 },
  runTimes: {
    short: { shape: 6.57, scale: 0.823 },
    long: { shape: 639.1, scale: 0.0156 },
    shortPart: 0.6986,
    shortPartPerProcessor: -0.003,
  },
  arrivals: {
    gap: { shape: 6.0415 * 1.0519, scale: 0.8531 },
    cycle: { shape: 6.1271, scale: 5.274 },
  },
};

/** The published parameters of interactive jobs, from the same source, where their names end in _ACTIVE. */
export const INTERACTIVE_MODEL: JobModel = {
  sizes: { serialPart: 0.1541, powerOfTwoPart: 0.625, low: 1, medium: 3, high: 5.5, lowPart: 0.705 },
  runTimes: {
    short: { shape: 3.8351, scale: 0.6605 },
    long: { shape: 7.073, scale: 0.6856 },
    shortPart: 0.9156,
    shortPartPerProcessor: -0.0118,
  },
  arrivals: {
    gap: { shape: 6.551 * 0.9797, scale: 0.6621 },
    cycle: { shape: 8.9186, scale: 3.668 },
  },
};

/** The machine for which the parameters were published. */
const PUBLISHED_PROCESSORS = 128;

/** A job runs less than two days: a logarithm above it is drawn again. TOO_MUCH_TIME of the authors' program. */
const LOG_RUN_SECONDS_MAX = 12;
/** Two arrivals are less than five days apart. TOO_MUCH_ARRIVE_TIME of the authors' program. */
const LOG_GAP_SECONDS_MAX = 13;

const HALF_HOUR_SECONDS = 1800;
const HALF_HOUR_COUNT = 48;
/** The cycle's day begins with this half hour. CYCLIC_DAY_START of the authors' program. */
const CYCLE_START = 11;

/**
 * Jobs without end, in the order of their arrival, from midnight on: batch and interactive ones, each kind in a share of
 * its name.
 *
 * @param systemVcpuCount the largest batch job asks for all of it. The sizes of jobs are moved by its logarithm.
 */
export function* generateLublinFeitelson(
  systemVcpuCount: number,
  random: SeededRandom,
): Generator<WorkloadJob, never> {
  const batch = generateKind("batch", BATCH_MODEL, systemVcpuCount, random);
  const interactive = generateKind("interactive", INTERACTIVE_MODEL, systemVcpuCount, random);
  let nextBatch = batch.next().value;
  let nextInteractive = interactive.next().value;
  for (;;) {
    if (nextBatch.submitAtMs < nextInteractive.submitAtMs) {
      yield nextBatch;
      nextBatch = batch.next().value;
    } else {
      yield nextInteractive;
      nextInteractive = interactive.next().value;
    }
  }
}

function* generateKind(
  kind: string,
  { sizes, runTimes, arrivals }: JobModel,
  systemVcpuCount: number,
  random: SeededRandom,
): Generator<WorkloadJob, never> {
  const sizesHere = sizesFor(systemVcpuCount, sizes);
  const submitSeconds = drawArrivals(arrivals, random);
  for (;;) {
    const vcpuCount = drawSize(sizesHere, random);
    yield {
      submitAtMs: Math.round(submitSeconds.next().value * 1000),
      vcpuCount,
      runTimeMs: Math.round(drawRunSeconds(runTimes, vcpuCount, random) * 1000),
      shareIdentifier: kind,
    };
  }
}

/** The smallest parallel jobs stay as they are, the others grow with the system, as the authors' program advises. */
export function sizesFor(vcpuCount: number, published: SizeModel): SizeModel {
  const growth = Math.log2(vcpuCount / PUBLISHED_PROCESSORS);
  return { ...published, medium: published.medium + growth, high: published.high + growth };
}

export function drawSize(sizes: SizeModel, random: SeededRandom): number {
  const { serialPart, powerOfTwoPart, low, medium, high, lowPart } = sizes;
  const kind = random.next();
  if (kind < serialPart) return 1;
  const [from, to] = random.next() < lowPart ? [low, medium] : [medium, high];
  const logSize = from + random.next() * (to - from);
  const isPowerOfTwo = kind < serialPart + powerOfTwoPart;
  return Math.round(2 ** (isPowerOfTwo ? Math.round(logSize) : logSize));
}

export function drawRunSeconds(
  { short, long, shortPart, shortPartPerProcessor }: RunTimeModel,
  processors: number,
  random: SeededRandom,
): number {
  const part = shortPart + shortPartPerProcessor * processors;
  for (;;) {
    const logSeconds = drawGamma(random.next() < part ? short : long, random);
    if (logSeconds <= LOG_RUN_SECONDS_MAX) return Math.exp(logSeconds);
  }
}

/**
 * Seconds from midnight, ascending, without end.
 *
 * The gaps are drawn on a clock of their own, which goes as fast as the cycle says: it passes through the hours in which
 * much happens slowly, through the others quickly. That is the authors' program, in which each half hour has to be paid
 * for by points.
 */
export function* drawArrivals({ gap, cycle }: ArrivalModel, random: SeededRandom): Generator<number, never> {
  const weights = dailyCycle(cycle);
  let halfHourIndex = 0;
  /** What is passed of this half hour on the clock of the gaps. */
  let passedSeconds = 0;
  for (;;) {
    passedSeconds += drawGapSeconds(gap, random);
    let wholeSeconds = secondsOf(weights, halfHourIndex);
    while (passedSeconds > wholeSeconds) {
      passedSeconds -= wholeSeconds;
      halfHourIndex += 1;
      wholeSeconds = secondsOf(weights, halfHourIndex);
    }
    yield HALF_HOUR_SECONDS * (halfHourIndex + passedSeconds / wholeSeconds);
  }
}

/**
 * How much comes in each half hour of the day, from midnight on; 1 on average.
 *
 * It is the part of the gamma distribution around the number of the half hour, counted from the cycle's start on over
 * midnight: so a distribution with one peak serves a day that ends where it begins.
 */
export function dailyCycle(cycle: Gamma): readonly number[] {
  const weights = Array.from({ length: HALF_HOUR_COUNT }, () => 0);
  for (let number = CYCLE_START; number < CYCLE_START + HALF_HOUR_COUNT; number += 1) {
    weights[(number - 1) % HALF_HOUR_COUNT] = massAround(cycle, number);
  }
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / HALF_HOUR_COUNT;
  return weights.map((weight) => weight / mean);
}

/** Simpson's rule: over so short a stretch of so smooth a curve its error is below a millionth. */
function massAround(gamma: Gamma, middle: number): number {
  const [before, at, after] = [middle - 0.5, middle, middle + 0.5].map((x) => gammaDensity(gamma, x));
  return ((before ?? 0) + 4 * (at ?? 0) + (after ?? 0)) / 6;
}

function secondsOf(weights: readonly number[], halfHourIndex: number): number {
  return HALF_HOUR_SECONDS * (weights[halfHourIndex % HALF_HOUR_COUNT] ?? 0);
}

function drawGapSeconds(gap: Gamma, random: SeededRandom): number {
  for (;;) {
    const logSeconds = drawGamma(gap, random);
    if (logSeconds <= LOG_GAP_SECONDS_MAX) return Math.exp(logSeconds);
  }
}
