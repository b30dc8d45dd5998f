import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { isBlocking } from "../batch/blocked-head.ts";
import type { Resources } from "../batch/resources.ts";
import type { FinishDecision } from "../engine/finish-attempt.ts";
import type { EngineObserver } from "../engine/engine.ts";
import type { DiskReport } from "../providers/disk-watch.ts";
import type { CycleReport } from "../scheduler/schedule.ts";
import type { LiveState } from "../store/live-state.ts";
import type { ServerConfig } from "./config.ts";

export interface RequestSeen {
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  readonly durationMs: number;
}

/** What Prometheus can ask of the server (docs/metrics.md). Names begin with `batchyard_`; units are in the names. */
export class Metrics implements EngineObserver {
  readonly #registry = new Registry();
  readonly #requests: Histogram<"service" | "operation" | "status">;
  readonly #startDelays: Histogram;
  readonly #finished: Counter<"because">;
  readonly #waitingHeads: Gauge<"queue" | "because">;
  readonly #promised: Gauge<"resource">;
  readonly #disk: Gauge<"kind">;
  readonly #diskFree: Gauge<"folder">;

  /** @param state the live state of the moment: gauges are read when somebody asks. */
  constructor(state: () => LiveState, { diskLimitMiB }: Pick<ServerConfig, "diskLimitMiB">) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: "batchyard_" });
    this.#requests = new Histogram({
      name: "batchyard_request_duration_seconds",
      help: "Time from a request's arrival to its answer",
      labelNames: ["service", "operation", "status"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    });
    this.#startDelays = new Histogram({
      name: "batchyard_attempt_start_seconds",
      help: "Time from an attempt's placement to its container being up",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120],
      registers,
    });
    this.#finished = new Counter({
      name: "batchyard_attempts_finished_total",
      help: "Attempts that ended, by what decided about the job",
      labelNames: ["because"],
      registers,
    });
    this.#waitingHeads = new Gauge({
      name: "batchyard_queue_head_waiting",
      help: "1 for a queue whose head was not placed in the latest cycle, also where it only waits for its turn, by the reason",
      labelNames: ["queue", "because"],
      registers,
    });
    this.#promised = new Gauge({
      name: "batchyard_host_capacity",
      help: "What the host promises to jobs in all",
      labelNames: ["resource"],
      registers,
    });
    this.#disk = new Gauge({
      name: "batchyard_disk_bytes",
      help: "What images that were pulled, jobs and logs take on the disk",
      labelNames: ["kind"],
      registers,
    });
    this.#diskFree = new Gauge({
      name: "batchyard_disk_free_bytes",
      help: "What is free of the file system that the folder is on",
      labelNames: ["folder"],
      registers,
    });
    if (diskLimitMiB !== undefined) limitGauge(registers).set(diskLimitMiB * 1_048_576);
    this.#gaugesOf(state, registers);
  }

  /** The text form, and its content type. */
  async render(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  requestEnded({ service, operation, status, durationMs }: RequestSeen): void {
    this.#requests.observe({ service, operation, status: String(status) }, durationMs / 1000);
  }

  attemptStarted(startDelayMs: number): void {
    this.#startDelays.observe(startDelayMs / 1000);
  }

  attemptFinished(because: FinishDecision): void {
    this.#finished.inc({ because });
  }

  cycleEnded({ blocked }: CycleReport, hostCapacity: Resources): void {
    this.#waitingHeads.reset();
    for (const { jobQueueArn, because } of blocked) {
      this.#waitingHeads.set({ queue: jobQueueArn, because }, 1);
    }
    setResources(this.#promised, hostCapacity);
  }

  diskSeen({ use, fileSystems }: DiskReport): void {
    this.#disk.set({ kind: "images" }, use.imageBytes);
    this.#disk.set({ kind: "scratch" }, use.scratchBytes);
    this.#disk.set({ kind: "logs" }, use.logBytes);
    for (const { path, freeBytes } of fileSystems) this.#diskFree.set({ folder: path }, freeBytes);
  }

  #gaugesOf(state: () => LiveState, registers: Registry[]): void {
    void new Gauge({
      name: "batchyard_jobs",
      help: "Jobs that have not ended, by the ARN of their queue and status",
      labelNames: ["queue", "status"],
      registers,
      collect() {
        this.reset();
        for (const arn of state().jobQueues.keys()) {
          for (const [status, count] of Object.entries(state().jobs.countsOf(arn))) {
            if (count > 0) this.inc({ queue: arn, status }, count);
          }
        }
      },
    });
    void new Gauge({
      name: "batchyard_queue_blocked",
      help: "1 for a queue whose head is judged to block it (--blocked-after), by AWS's reason",
      labelNames: ["queue", "reason"],
      registers,
      collect() {
        this.reset();
        for (const { arn, blockedHead } of state().jobQueues.values()) {
          if (blockedHead?.standing === undefined || !isBlocking(blockedHead)) continue;
          this.set({ queue: arn, reason: blockedHead.standing.reason }, 1);
        }
      },
    });
    void new Gauge({
      name: "batchyard_host_in_use",
      help: "What attempts under way hold of the host",
      labelNames: ["resource"],
      registers,
      collect() {
        setResources(this, state().jobs.hostUsage);
      },
    });
  }
}

function limitGauge(registers: Registry[]): Gauge {
  return new Gauge({
    name: "batchyard_disk_limit_bytes",
    help: "What images, jobs and logs may take on the disk together (--disk-limit)",
    registers,
  });
}

function setResources(gauge: Gauge<"resource">, { vcpuMillis, memoryMiB, gpuCount }: Resources): void {
  gauge.set({ resource: "vcpus" }, vcpuMillis / 1000);
  gauge.set({ resource: "memory_bytes" }, memoryMiB * 1_048_576);
  gauge.set({ resource: "gpus" }, gpuCount);
}
