import type { Benchmark } from "./harness.ts";

/** Every benchmark by its name, loaded when it is asked for. */
export const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  "submit-32": async () => (await import("./submit-32.ts")).submit32,
  "submit-1": async () => (await import("./submit-1.ts")).submit1,
  "describe-list": async () => (await import("./describe-list.ts")).describeList,
  "restart-100k": async () => (await import("./restart.ts")).restartWith(100_000),
  "restart-1m": async () => (await import("./restart.ts")).restartWith(1_000_000),
  memory: async () => (await import("./memory.ts")).memory,
  "waiting-memory": async () => (await import("./waiting-memory.ts")).waitingMemory,
  "reads-100k": async () => (await import("./reads-at-size.ts")).readsAtSize(100_000),
  "reads-1m": async () => (await import("./reads-at-size.ts")).readsAtSize(1_000_000),
  "submit-10k": async () => (await import("./submit-at-size.ts")).submitAtSize(10_000),
  "submit-100k": async () => (await import("./submit-at-size.ts")).submitAtSize(100_000),
  "submit-1m": async () => (await import("./submit-at-size.ts")).submitAtSize(1_000_000),
  "describe-in-cycles-10k": async () => (await import("./describe-in-cycles.ts")).describeInCycles(10_000),
  "describe-in-cycles-100k": async () => (await import("./describe-in-cycles.ts")).describeInCycles(100_000),
  "describe-in-cycles-1m": async () => (await import("./describe-in-cycles.ts")).describeInCycles(1_000_000),
  "noop-jobs": async () => (await import("./noop-jobs.ts")).noopJobs,
  "start-latency": async () => (await import("./start-latency.ts")).startLatency,
  "docker-latency": async () => (await import("./docker-latency.ts")).dockerLatency,
  "docker-rate": async () => (await import("./docker-rate.ts")).dockerRate,
  "job-log": async () => (await import("./job-log.ts")).jobLog,
  "array-submit": async () => (await import("./array-submit.ts")).arraySubmit,
  "array-jobs": async () => (await import("./array-jobs.ts")).arrayJobs,
  "array-memory": async () => (await import("./array-memory.ts")).arrayMemory,
  "chain-step": async () => (await import("./chain-step.ts")).chainStep,
  "fan-out": async () => (await import("./fan-out.ts")).fanOut,

  "docker-gang": async () => (await import("./docker-gang.ts")).dockerGang,
  "events-lag": async () => (await import("./events-lag.ts")).eventsLag,
  "events-throughput": async () => (await import("./events-throughput.ts")).eventsThroughput,
};
