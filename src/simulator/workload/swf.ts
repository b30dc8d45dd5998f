import type { WorkloadJob } from "./workload-job.ts";

/**
 * One line of a trace: a job, or a part of one. A field that the trace does not know (-1) is absent.
 *
 * The fields, their order and units are those of version 2.2 of the Standard Workload Format:
 * https://www.cs.huji.ac.il/labs/parallel/workload/swf.html
 */
export interface SwfRecord {
  readonly jobNumber: number;
  /** From the beginning of the trace. Absent in lines about parts of a job only. */
  readonly submitSeconds?: number;
  readonly waitSeconds?: number;
  readonly runSeconds?: number;
  readonly allocatedProcessors?: number;
  readonly averageCpuSeconds?: number;
  /** Of each processor, on average. */
  readonly usedMemoryKiB?: number;
  readonly requestedProcessors?: number;
  readonly requestedSeconds?: number;
  /** Of each processor. */
  readonly requestedMemoryKiB?: number;
  /** 0: failed, 1: completed, 2 to 4: only a part of a job that was checkpointed, 5: cancelled. */
  readonly status?: number;
  readonly user?: number;
  readonly group?: number;
  readonly executable?: number;
  readonly queue?: number;
  readonly partition?: number;
  readonly precedingJob?: number;
  readonly thinkSeconds?: number;
}

export interface SwfTrace {
  /** The header comments, `; Label: value`, in their order; labels may repeat. */
  readonly header: readonly { readonly label: string; readonly value: string }[];
  readonly records: readonly SwfRecord[];
}

/** Why a text is no trace: the first line that is wrong, and how. */
export class SwfProblem {
  /** The first line is 1. */
  readonly lineNumber: number;
  readonly message: string;

  constructor(lineNumber: number, message: string) {
    this.lineNumber = lineNumber;
    this.message = message;
  }

  toString(): string {
    return `line ${this.lineNumber}: ${this.message}`;
  }
}

/** Reads a trace. Lines that begin with `;` are comments; jobs stand in the order of their submission. */
export function parseSwf(text: string): SwfTrace | SwfProblem {
  const header: { label: string; value: string }[] = [];
  const records: SwfRecord[] = [];
  let lastSubmitSeconds = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const content = line.trim();
    if (content === "") continue;
    if (content.startsWith(";")) {
      const comment = HEADER_COMMENT.exec(content)?.groups;
      if (comment !== undefined)
        header.push({ label: comment["label"] ?? "", value: comment["value"] ?? "" });
      continue;
    }
    const record = parseRecord(content.split(/\s+/), lastSubmitSeconds);
    if (typeof record === "string") return new SwfProblem(index + 1, record);
    records.push(record);
    if (!isPart(record)) lastSubmitSeconds = record.submitSeconds ?? lastSubmitSeconds;
  }
  return { header, records };
}

/** By which number of a record its share is named, as in `user-17`. */
export type SwfGrouping = "user" | "group" | "queue" | "partition";

/**
 * The jobs of a trace as submissions: each processor is a vCPU.
 *
 * Requested processors count, else those that were allocated. Left out are jobs that never ran, as their run time is not
 * known, and the parts of jobs that were checkpointed, as a line of their own stands for the whole. That a job waited for
 * the one before it is in its time of submission already.
 */
export function workloadOf({ records }: SwfTrace, shareBy: SwfGrouping): readonly WorkloadJob[] {
  return records.filter((record) => !isPart(record)).flatMap((record) => jobOf(record, shareBy) ?? []);
}

const HEADER_COMMENT = /^;\s*(?<label>[^:]+?)\s*:\s*(?<value>.*)$/;

interface Field {
  readonly key: keyof SwfRecord;
  readonly name: string;
  /** Times and averages may have decimals. */
  readonly isWhole: boolean;
}

const FIELDS: readonly Field[] = [
  { key: "jobNumber", name: "job number", isWhole: true },
  { key: "submitSeconds", name: "submit time", isWhole: false },
  { key: "waitSeconds", name: "wait time", isWhole: false },
  { key: "runSeconds", name: "run time", isWhole: false },
  { key: "allocatedProcessors", name: "number of allocated processors", isWhole: true },
  { key: "averageCpuSeconds", name: "average CPU time used", isWhole: false },
  { key: "usedMemoryKiB", name: "used memory", isWhole: false },
  { key: "requestedProcessors", name: "requested number of processors", isWhole: true },
  { key: "requestedSeconds", name: "requested time", isWhole: false },
  { key: "requestedMemoryKiB", name: "requested memory", isWhole: false },
  { key: "status", name: "status", isWhole: true },
  { key: "user", name: "user id", isWhole: true },
  { key: "group", name: "group id", isWhole: true },
  { key: "executable", name: "executable number", isWhole: true },
  { key: "queue", name: "queue number", isWhole: true },
  { key: "partition", name: "partition number", isWhole: true },
  { key: "precedingJob", name: "preceding job number", isWhole: true },
  { key: "thinkSeconds", name: "think time", isWhole: false },
];

/** @returns what is wrong, as a sentence, if something is. */
function parseRecord(words: readonly string[], lastSubmitSeconds: number): SwfRecord | string {
  if (words.length !== FIELDS.length) return `${FIELDS.length} fields wanted, got ${words.length}`;
  const found: Partial<Record<keyof SwfRecord, number>> = {};
  for (const [index, { key, name, isWhole }] of FIELDS.entries()) {
    const word = words[index] ?? "";
    if (Number(word) === -1) continue;
    if (!(isWhole ? /^\d+$/ : /^\d+(\.\d*)?$/).test(word)) {
      const wanted = isWhole ? "a whole number" : "a number";
      return `field ${index + 1}, ${name}, must be ${wanted} of at least 0 or -1, got ${word}`;
    }
    found[key] = Number(word);
  }
  const { jobNumber, submitSeconds } = found;
  if (jobNumber === undefined) return "field 1, job number, must be known, got -1";
  const record = { ...found, jobNumber };
  if (isPart(record)) return record;
  if (submitSeconds === undefined) return "field 2, submit time, must be known, got -1";
  if (submitSeconds < lastSubmitSeconds) {
    return `field 2, submit time, must not be before that of the job above, ${lastSubmitSeconds}, got ${submitSeconds}`;
  }
  return record;
}

/** Whether a line is about one stretch of a job that was checkpointed or swapped out. */
function isPart({ status }: SwfRecord): boolean {
  return status !== undefined && status >= 2 && status <= 4;
}

function jobOf(record: SwfRecord, shareBy: SwfGrouping): WorkloadJob | undefined {
  const { submitSeconds, runSeconds } = record;
  const vcpuCount = record.requestedProcessors ?? record.allocatedProcessors ?? 0;
  if (submitSeconds === undefined || runSeconds === undefined || vcpuCount === 0) return undefined;
  return {
    submitAtMs: Math.round(submitSeconds * 1000),
    vcpuCount,
    runTimeMs: Math.round(runSeconds * 1000),
    shareIdentifier: `${shareBy}-${record[shareBy] ?? "unknown"}`,
  };
}
