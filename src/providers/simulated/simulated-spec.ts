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
  const { command = [] } = first?.properties ?? {};
  const [program, runMs] = command;
  if (first === undefined || program !== "simulate" || runMs === undefined) return undefined;
  const number = Number(
    first.environment.findLast(({ name }) => name === "AWS_BATCH_JOB_ATTEMPT")?.value ?? 1,
  );
  // The first exit code is the third word.
  const exitCode = command.length === 2 ? 0 : Number(command[Math.min(number + 1, command.length - 1)]);
  return { runMs: Number(runMs), exitCode };
}
