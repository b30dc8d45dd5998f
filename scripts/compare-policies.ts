import { readFileSync } from "node:fs";
import { SeededRandom } from "../src/lib/seeded-random.ts";
import { generateLublinFeitelson } from "../src/simulator/workload/lublin-feitelson.ts";
import { replay } from "../src/simulator/workload/replay.ts";
import { figuresTable } from "../src/simulator/workload/report.ts";
import type { PolicyFigures } from "../src/simulator/workload/report.ts";
import { parseSwf, SwfProblem, workloadOf } from "../src/simulator/workload/swf.ts";
import type { SwfGrouping } from "../src/simulator/workload/swf.ts";
import type { WorkloadJob } from "../src/simulator/workload/workload-job.ts";

/** A workload and the machine that it runs on. */
export interface ChosenWorkload {
  readonly jobs: readonly WorkloadJob[];
  readonly vcpuCount: number;
}

/** The machine of the published model: the file would say another. */
const VCPUS = 128;
/** What traces say of the size of their machine, the best first. */
const SIZE_LABELS = ["MaxProcs", "MaxNodes"];

/** @returns what is wrong with the trace, as a sentence, if something is. */
export function readTrace(
  file: string,
  shareBy: SwfGrouping,
  vcpuCount: number | undefined,
): ChosenWorkload | string {
  const text = readText(file);
  if (text instanceof Error) return `--trace takes a file that can be read: ${text.message}`;
  const trace = parseSwf(text);
  if (trace instanceof SwfProblem) return `${file}, ${trace.toString()}`;
  const told = SIZE_LABELS.map((label) => trace.header.find((line) => line.label === label)?.value);
  const size = vcpuCount ?? Number(told.find((value) => value !== undefined) ?? Number.NaN);
  if (!(size > 0)) return `${file} does not say how large its machine was: give --vcpus`;
  return { jobs: workloadOf(trace, shareBy), vcpuCount: size };
}

function readText(file: string): string | Error {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

export function generateWorkload(jobCount: number, seed: number, vcpuCount = VCPUS): ChosenWorkload {
  const endless = generateLublinFeitelson(vcpuCount, new SeededRandom(seed));
  return { jobs: Array.from({ length: jobCount }, () => endless.next().value), vcpuCount };
}

/** Prints what each policy makes of the workload. False where a promise was broken. */
export async function comparePolicies({ jobs, vcpuCount }: ChosenWorkload, seed: number): Promise<boolean> {
  console.log(`${jobs.length} jobs on ${vcpuCount} vCPUs; times in seconds`);
  const all: PolicyFigures[] = [];
  for (const policy of ["FIFO", "fair share"] as const) {
    const { figures, violations } = await replay({ jobs, vcpuCount, policy, seed });
    for (const { checker, message } of violations) console.error(`${policy}: ${checker}: ${message}`);
    if (violations.length > 0) return false;
    all.push(figures);
  }
  console.log(figuresTable(all));
  return true;
}
