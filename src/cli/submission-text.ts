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
    array,
    dependsOn = [],
  }: SubmissionOptions,
): string {
  const what = definition === undefined ? `${image}, ${vcpus} vCPU, ${memory} MiB` : jobDefinition;
  const children = array === undefined ? "" : `${array} times `;
  const others = dependsOn.flatMap(({ job }) => job ?? []);
  const after = others.length === 0 ? "" : `, after ${others.join(", ")}`;
  return `${shortId(jobId)} ${jobName} (${children}${what}) submitted to ${nameOfArn(jobQueue)}${after}`;
}
