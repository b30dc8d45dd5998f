import { Simulation } from "./simulation.ts";
import type { SimulationOptions } from "./simulation.ts";

/**
 * Finds the fewest steps after which a run that fails is seen to fail, by running it again and again: what only a full
 * audit sees may have been there long before, and each run ends with one.
 *
 * @param failedSteps how many steps the run that failed took.
 */
export async function findShortestPrefix(
  createOptions: () => SimulationOptions,
  failedSteps: number,
): Promise<number> {
  let holds = -1;
  let fails = failedSteps;
  while (fails - holds > 1) {
    const stepsMax = Math.floor((holds + fails) / 2);
    const { violations } = await new Simulation({ ...createOptions(), stepsMax }).run();
    if (violations.length > 0) fails = stepsMax;
    else holds = stepsMax;
  }
  return fails;
}
