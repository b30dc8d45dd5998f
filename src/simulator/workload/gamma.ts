import { assert } from "../../lib/assert.ts";
import type { SeededRandom } from "../../lib/seeded-random.ts";

/** The gamma distribution of a shape above 1; its mean is `shape` x `scale`. */
export interface Gamma {
  readonly shape: number;
  readonly scale: number;
}

/**
 * A number drawn from a gamma distribution, by rejection from a cubed normal one.
 *
 * G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM Transactions on Mathematical
 * Software 26(3), 2000, https://doi.org/10.1145/358407.358414
 */
export function drawGamma({ shape, scale }: Gamma, random: SeededRandom): number {
  assert(shape >= 1, `the shape of a gamma distribution is at least 1 here, got ${shape}`);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = drawNormal(random);
    const v = (1 + c * normal) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random.next()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v * scale;
  }
}

/** How likely a value of about `x` is, but for a factor that is the same for each `x`. */
export function gammaDensity({ shape, scale }: Gamma, x: number): number {
  if (x <= 0) return 0;
  const mode = (shape - 1) * scale;
  return Math.exp((shape - 1) * Math.log(x / mode) - (x - mode) / scale);
}

/** From the standard normal distribution, after G. E. P. Box and M. E. Muller, https://doi.org/10.1214/aoms/1177706645 */
function drawNormal(random: SeededRandom): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
