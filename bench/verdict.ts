import type { Figure, Goal, Samples } from "./harness.ts";

/** The middle of the samples and how far they go. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface FigureResult {
  readonly name: string;
  readonly figure: Figure;
  readonly samples: Samples;
  readonly product: Spread;
  /** Absent with `ratio` where the figure has no reference. */
  readonly reference?: Spread;
  /** Of product to reference, repetition by repetition: what else the machine did in the meantime, both felt. */
  readonly ratio?: Spread;
  readonly verdict: "aim met" | "must met" | "missed";
}

export function judge(name: string, figure: Figure, samples: Samples): FigureResult {
  const { must, aim } = figure;
  const ratios = samples.reference.map((value, index) => (samples.product[index] ?? Number.NaN) / value);
  return {
    name,
    figure,
    samples,
    product: spreadOf(samples.product),
    ...(ratios.length > 0 && { reference: spreadOf(samples.reference), ratio: spreadOf(ratios) }),
    verdict: isMet(aim, samples) ? "aim met" : isMet(must, samples) ? "must met" : "missed",
  };
}

function isMet({ of, bound, value }: Goal, { product, reference }: Samples): boolean {
  const compared = product.map((sample, index) => {
    const base = reference[index] ?? Number.NaN;
    if (of === "product") return sample;
    return of === "ratio" ? sample / base : sample - base;
  });
  const { median } = spreadOf(compared);
  return bound === "at least" ? median >= value : median <= value;
}

function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const lower = sorted[Math.floor(middle)] ?? Number.NaN;
  const upper = sorted[Math.ceil(middle)] ?? Number.NaN;
  return { min: sorted[0] ?? Number.NaN, median: (lower + upper) / 2, max: sorted.at(-1) ?? Number.NaN };
}
