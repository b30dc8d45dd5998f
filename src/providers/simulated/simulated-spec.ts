import type { AttemptSpec } from "../provider.ts";

/** What an attempt does once it has come up. */
export interface SimulatedRun {
  readonly runMs: number;
  readonly exitCode: number;
}

/**
 * Reads what an attempt does from its first container's command: `simulate MILLISECONDS [EXIT_CODE]…`. The first attempt
 * of a job ends with the first exit code, the second with the second, all further ones with the last; without any, with 0.
 *
 * @returns undefined for any other command: then chance decides.
 */
export function readSimulatedRun({ containers }: Pick<AttemptSpec, "containers">): SimulatedRun | undefined {
  const [first] = containers;
  const [program, runMs, ...exitCodes] = first?.properties.command ?? [];
  if (first === undefined || program !== "simulate" || runMs === undefined) return undefined;
  const number = Number(
    first.environment.findLast(({ name }) => name === "AWS_BATCH_JOB_ATTEMPT")?.value ?? 1,
  );
  const exitCode = Number(exitCodes[Math.min(number, exitCodes.length) - 1] ?? 0);
  return { runMs: Number(runMs), exitCode };
}
