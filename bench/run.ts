import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import { BENCHMARKS } from "./benchmarks.ts";
import { measure } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { logsAtScaleCommand } from "./logs-at-scale.ts";
import { soakCommand } from "./soak.ts";
import { markdownTable, plainTable } from "./table.ts";
import { judge } from "./verdict.ts";
import type { FigureResult } from "./verdict.ts";

/** Below this a median says little. */
const REPETITIONS_MIN = 5;

interface Options {
  readonly repetitions: number;
  readonly json?: string;
  readonly markdown: boolean;
}

await new Command("npm run bench --")
  .description("Measures the product against its references, in turns. Exits with 1 if a must is missed.")
  .argument("[names...]", "benchmarks by name, all of them, or list to see which there are", ["list"])
  .option("--repetitions <count>", "how often each side is measured", repetitions, REPETITIONS_MIN)
  .option("--json <file>", "write every sample to a file")
  .option("--markdown", "print tables as docs/performance.md has them", false)
  .action(run)
  .addCommand(soakCommand())
  .addCommand(logsAtScaleCommand())
  .parseAsync();

async function run(names: readonly string[], options: Options): Promise<void> {
  if (names.includes("list")) return list();
  const chosen = names.includes("all") ? Object.keys(BENCHMARKS) : names;
  const all: Record<string, readonly FigureResult[]> = {};
  print(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${options.repetitions} repetitions\n`,
  );
  for (const name of chosen) {
    const benchmark = await load(name);
    const results = await runOne(benchmark, options.repetitions);
    all[name] = results;
    const table = options.markdown ? markdownTable(results) : plainTable(results);
    print(`\n${name}: ${benchmark.question}\n\n${table}\n`);
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(all, null, 2)}\n`);
  const missed = Object.values(all)
    .flat()
    .filter(({ verdict }) => verdict === "missed");
  if (missed.length > 0) process.exitCode = 1;
}

async function runOne(benchmark: Benchmark, count: number): Promise<FigureResult[]> {
  const samples = await measure(benchmark, count);
  return Object.entries(benchmark.figures).map(([name, figure]) =>
    judge(name, figure, samples[name] ?? { product: [], reference: [] }),
  );
}

async function list(): Promise<void> {
  for (const name of Object.keys(BENCHMARKS)) {
    const { question } = await load(name);
    print(`${name.padEnd(16)} ${question}\n`);
  }
}

async function load(name: string): Promise<Benchmark> {
  const benchmark = await BENCHMARKS[name]?.();
  if (benchmark !== undefined) return benchmark;
  throw new Error(`there is no benchmark ${name}; there are ${Object.keys(BENCHMARKS).join(", ")}`);
}

function repetitions(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= REPETITIONS_MIN) return count;
  throw new InvalidArgumentError(`It must be a whole number from ${REPETITIONS_MIN}.`);
}

function print(text: string): void {
  process.stdout.write(text);
}
