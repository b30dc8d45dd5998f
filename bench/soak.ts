import { Command, InvalidArgumentError } from "commander";
import { JobServer } from "./support/job-server.ts";
import { sampleServer } from "./support/server-sample.ts";
import type { ServerSample } from "./support/server-sample.ts";

const SLOTS = 8;
const SAMPLES = 20;
const ASK_AGAIN_MS = 20;
/** V8 goes on taking memory for its young generation for some ten thousand jobs. */
const WARM_UP_SAMPLES = Math.ceil((SAMPLES * 2) / 3);

/** What each may grow by for a job that was run after the warm-up. */
const GROWTH_MAX: Readonly<Record<keyof ServerSample, { readonly bytes: number; readonly why: string }>> = {
  residentKiB: { bytes: 200, why: "nothing of an ended job stays in memory" },
  openFiles: { bytes: 0, why: "none stays open" },
  storeKiB: { bytes: 5_000, why: "an ended job is kept for 30 days: its rows" },
  walKiB: { bytes: 100, why: "it is written over" },
  logsKiB: { bytes: 5_000, why: "an ended job is kept for 30 days: one block of output" },
  processKiB: { bytes: 10, why: "an ended job leaves nothing" },
};

/** `npm run bench -- soak`: a command of its own, since it takes minutes and has no reference. */
export function soakCommand(): Command {
  return new Command("soak")
    .description("Runs many jobs with one server and says whether its memory, open files or disk grow.")
    .option("--jobs <count>", "how many jobs", count, 100_000)
    .action(soak);
}

async function soak({ jobs }: { readonly jobs: number }): Promise<void> {
  await using server = await JobServer.start({ slots: SLOTS, connections: SLOTS * 2 });
  await server.define(["echo", "one line of output"]);
  const jobsPerSample = Math.ceil(jobs / SAMPLES);
  print(["jobs", ...Object.keys(GROWTH_MAX)]);
  const samples: ServerSample[] = [];
  for (let taken = 0; taken < SAMPLES; taken += 1) {
    const lastId = await server.submitMany(jobsPerSample);
    await server.succeeded(lastId, ASK_AGAIN_MS);
    await server.allSucceeded(ASK_AGAIN_MS);
    const sample = sampleServer(server.server);
    samples.push(sample);
    print([(taken + 1) * jobsPerSample, ...Object.values(sample)]);
  }
  const verdicts = samplesByName(samples).map(([name, values]) => judge(name, values, jobsPerSample));
  if (verdicts.includes(false)) process.exitCode = 1;
}

function samplesByName(samples: readonly ServerSample[]): [keyof ServerSample, number[]][] {
  // The keys of a record that is written out above.
  const names = Object.keys(GROWTH_MAX) as (keyof ServerSample)[];
  return names.map((name) => [name, samples.slice(WARM_UP_SAMPLES).map((sample) => sample[name])]);
}

/** By the slope of the line through the samples, so that one that was taken in an odd moment does not decide. */
function judge(name: keyof ServerSample, values: readonly number[], jobsPerSample: number): boolean {
  const unit = name === "openFiles" ? 1 : 1024;
  const perJob = (slope(values) * unit) / jobsPerSample;
  const { bytes, why } = GROWTH_MAX[name];
  // One open file more or less over the whole run is no leak.
  const tolerance = name === "openFiles" ? 1 / (values.length * jobsPerSample) : 0;
  const isMet = perJob <= bytes + tolerance;
  const grown = `${perJob.toFixed(name === "openFiles" ? 6 : 1)} a job`;
  print([isMet ? "holds" : "GROWS", name, grown, `at most ${bytes}: ${why}`]);
  return isMet;
}

/** By least squares, for one step from a sample to the next. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const above = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  const below = values.reduce((sum, _value, index) => sum + (index - middle) ** 2, 0);
  return above / below;
}

function print(cells: readonly (string | number)[]): void {
  process.stdout.write(
    `${cells
      .map((cell) => String(cell).padEnd(12))
      .join(" ")
      .trimEnd()}\n`,
  );
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= SAMPLES) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${SAMPLES}.`);
}
