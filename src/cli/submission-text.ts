import { nameOfArn } from "./job-lists.ts";
import { DEFAULTS } from "./submission.ts";
import type { SubmissionOptions, Submitted } from "./submission.ts";
import { shortId } from "./text.ts";

/** What was submitted, with what was taken where nothing was said. */
export function describeSubmission(
  { jobId, jobName, jobQueue, jobDefinition }: Submitted,
  {
    definition,
    image = DEFAULTS.image,
    vcpus = DEFAULTS.vcpus,
    memory = DEFAULTS.memoryMiB,
  }: SubmissionOptions,
): string {
  const what = definition === undefined ? `${image}, ${vcpus} vCPU, ${memory} MiB` : jobDefinition;
  return `${shortId(jobId)} ${jobName} (${what}) submitted to ${nameOfArn(jobQueue)}`;
}
