import { unreachable } from "../lib/assert.ts";
import type { ContainerProperties, JobDetail } from "../model/batch.ts";
import { parentIdOf } from "./find-job.ts";
import { commandEndOf, containersOf } from "./task-containers.ts";
import { shortId } from "./text.ts";

interface Symptom {
  /** Of the container's reason and the status reason, a line each. */
  readonly pattern: RegExp;
  readonly advice: string;
}

const SYMPTOMS: readonly Symptom[] = [
  {
    pattern: /OutOfMemoryError/,
    advice: "It used more memory than it asked for: ask for more with --memory, now ⟨memory⟩ MiB.",
  },
  {
    pattern: /CannotPull|ImageManifest/,
    advice:
      "Its image could not be had: check its name, that the registry can be reached, and that its login is known. " +
      "A server of your own can take images from elsewhere: `batchyard serve --help`.",
  },
  {
    pattern: /executable file not found|no such file|not found in/i,
    advice:
      "Its command was not found where the job runs, which is not in your folder: check how the program is spelled, " +
      "that it is installed there, and give its absolute path.",
  },
  {
    pattern: /exec: .*permission denied/i,
    advice: "Its command could not be started: check that the program is a file that may be executed.",
  },
  {
    pattern: /CannotStart|CannotCreate/,
    advice: "Its container could not be made or started: the reason above says what was refused.",
  },
  {
    pattern: /attempt duration exceeded timeout/,
    advice:
      "It ran for longer than its time limit of ⟨timeout⟩ s: allow more with --timeout, or make it faster.",
  },
  {
    pattern: /^Host EC2|Spot Task was interrupted|instance draining/m,
    advice: "Its host went away under it: run it again, with --retries so that it goes on by itself.",
  },
  {
    pattern: /Dependent Job failed/,
    advice: "A job that it waited for failed: look at that one first (`batchyard describe ⟨id⟩` names it).",
  },
  {
    pattern: /Array Child Job failed/,
    advice: "Look at a child that failed: `batchyard ls ⟨id⟩ --status FAILED` lists them.",
  },
  {
    pattern: /TaskDependencyError/,
    advice: "A container that another one waits for failed: its log says why, `batchyard logs ⟨id⟩`.",
  },
  {
    pattern: /DockerTimeoutError|CannotInspect/,
    advice: "The container engine did not answer in time: `batchyard doctor` looks at it.",
  },
  { pattern: /JobQueue deleted/, advice: "Its queue was deleted: submit it to another with --queue." },
];

/** What to do next about a job, as a sentence; undefined where nothing is wrong. */
export function advise(job: JobDetail): string | undefined {
  switch (job.status) {
    case "FAILED":
      return adviseFailed(job);
    case "RUNNABLE":
      return /^MISCONFIGURATION|^ACTION_REQUIRED/.test(job.statusReason ?? "")
        ? "It will not start like this: ask for less, or change the queue's compute environments."
        : undefined;
    case "SUBMITTED":
    case "PENDING":
    case "STARTING":
    case "RUNNING":
    case "SUCCEEDED":
      return undefined;
    default:
      return unreachable(job.status);
  }
}

function adviseFailed(job: JobDetail): string {
  if (job.isCancelled === true || job.isTerminated === true) return "Somebody ended it; nothing is wrong.";
  const { exitCode, reason = "" } = commandEndOf(job);
  const said = `${reason}\n${job.statusReason ?? ""}`;
  const symptom = SYMPTOMS.find(({ pattern }) => pattern.test(said));
  if (symptom !== undefined) return fill(symptom.advice, job);
  const log = `batchyard logs ${shortId(job.jobId)}`;
  const parentId = parentIdOf(job.jobId);
  if (job.nodeDetails?.isMainNode === false && parentId !== undefined && (exitCode ?? 143) > 128) {
    return `Nodes are stopped when the main node has ended, which may be all: \`batchyard describe ${shortId(parentId)}\`.`;
  }
  if (exitCode === undefined) return `See \`${log}\` and the reason above.`;
  if (exitCode === 127) return `127 is a shell's word for a command that it did not find: see \`${log}\`.`;
  if (exitCode === 126) return `126 is a shell's word for a file that it may not run: see \`${log}\`.`;
  if (exitCode > 128 && exitCode < 160) return `Signal ${exitCode - 128} ended it: see \`${log}\`.`;
  return `The command ended itself with ${exitCode}; its log says why: \`${log}\`.`;
}

function fill(advice: string, job: JobDetail): string {
  const { container, timeout, jobId } = job;
  const killed = containersOf(job).find(({ reason }) => reason?.includes("OutOfMemoryError") === true);
  return advice
    .replaceAll("⟨id⟩", shortId(jobId))
    .replace("⟨memory⟩", memoryOf(killed ?? container) ?? "?")
    .replace("⟨timeout⟩", String(timeout?.attemptDurationSeconds ?? "?"));
}

/** What says how much is asked for, in either of AWS's spellings. */
type Asking = Pick<ContainerProperties, "resourceRequirements" | "vcpus" | "memory">;

/** MiB, as it was asked for. */
export function memoryOf(container: Asking | undefined): string | undefined {
  return required(container, "MEMORY") ?? container?.memory?.toString();
}

export function vcpusOf(container: Asking | undefined): string | undefined {
  return required(container, "VCPU") ?? container?.vcpus?.toString();
}

function required(container: Asking | undefined, type: "MEMORY" | "VCPU"): string | undefined {
  return container?.resourceRequirements?.find((requirement) => requirement.type === type)?.value;
}
