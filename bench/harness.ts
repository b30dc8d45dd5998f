/**
 * How fast the product is, against the least code that could do the same job.
 *
 * To add a benchmark: write `bench/NAME.ts`, one question a file, that exports one `Benchmark`, and name it in
 * `bench/benchmarks.ts`. What it compares with goes to `bench/reference/`, as fast as it can be made, written before the
 * product is tuned.
 *
 *     export const submit32: Benchmark<"submissions"> = {
 *       question: "How many SubmitJob a second are made durable over 32 connections?",
 *       figures: {
 *         submissions: { unit: "requests/s", must: timesReference("at least", 0.3), aim: … },
 *       },
 *       async open() {                                  // set up once, not measured
 *         const server = await startServer({ flags: ["--auth", "sigv4"] });
 *         return { product: async () => ({ submissions: 5000 }), reference: …, [Symbol.asyncDispose]: … };
 *       },
 *     };
 *
 * `measure` calls product and reference in turns: first once each to warm up, then once each a repetition. One call
 * should take 1 to 5 seconds and give one number for each figure. What a call cannot do as it should, it throws.
 */
export interface Benchmark<FigureName extends string = string> {
  /** One sentence, with the question mark. */
  readonly question: string;
  readonly figures: Readonly<Record<FigureName, Figure>>;
  /** Sets up what both sides need. */
  open(): Promise<Contest<FigureName>>;
}

export interface Contest<FigureName extends string = string> extends AsyncDisposable {
  product(): Promise<Readonly<Record<FigureName, number>>>;
  /** Absent where the goals are bounds of the product alone. */
  readonly reference?: () => Promise<Readonly<Record<FigureName, number>>>;
  /** False where a first call is as good as any other, as with a process that is started anew in each. */
  readonly needsWarmUp?: boolean;
}

export interface Figure {
  readonly unit: string;
  /** Owed. */
  readonly must: Goal;
  /** The best that seems possible. */
  readonly aim: Goal;
}

/** A bound for the median of what is compared. */
export interface Goal {
  /** The ratio of product to reference, what the product is more than the reference, or the product alone. */
  readonly of: "ratio" | "difference" | "product";
  readonly bound: Bound;
  readonly value: number;
}

export type Bound = "at least" | "at most";

export function timesReference(bound: Bound, value: number): Goal {
  return { of: "ratio", bound, value };
}

export function moreThanReference(bound: Bound, value: number): Goal {
  return { of: "difference", bound, value };
}

export function byItself(bound: Bound, value: number): Goal {
  return { of: "product", bound, value };
}

/** What was measured for one figure, one number a repetition. */
export interface Samples {
  readonly product: readonly number[];
  /** Empty where there is no reference. */
  readonly reference: readonly number[];
}

/** Runs a benchmark; the samples of its figures by their names. */
export async function measure(
  benchmark: Benchmark,
  repetitions: number,
): Promise<Readonly<Record<string, Samples>>> {
  await using contest = await benchmark.open();
  const { reference, needsWarmUp = true } = contest;
  if (needsWarmUp) {
    await contest.product();
    await reference?.();
  }
  const products: Readonly<Record<string, number>>[] = [];
  const references: Readonly<Record<string, number>>[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    products.push(await contest.product());
    if (reference !== undefined) references.push(await reference());
  }
  const names = Object.keys(benchmark.figures);
  return Object.fromEntries(
    names.map((name) => [name, { product: ofFigure(products, name), reference: ofFigure(references, name) }]),
  );
}

function ofFigure(calls: readonly Readonly<Record<string, number>>[], name: string): number[] {
  return calls.map((call) => {
    const value = call[name];
    if (value === undefined || !Number.isFinite(value)) throw new Error(`no number for ${name}: ${value}`);
    return value;
  });
}
