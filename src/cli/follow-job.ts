import { assert } from "../lib/assert.ts";
import type { JobDetail } from "../model/batch.ts";
import { AttemptLogs } from "./attempt-logs.ts";
import { CliError, ServerAwayError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import type { Display } from "./display.ts";
import { describeJob, findOutput } from "./find-job.ts";
import { isTerminal } from "./job-statuses.ts";
import type { LogFormat } from "./log-format.ts";
import type { LogStart } from "./log-reader.ts";
import { Narrator } from "./narrator.ts";
import { Patience } from "./patience.ts";

/** Between looks at the job: at first, and at most. */
const OWN_PAUSES_MS = { first: 50, max: 250 };
const AWS_PAUSES_MS = { first: 1_000, max: 3_000 };

/** AWS may not know a job for a moment after it was submitted. */
const UNKNOWN_MAX_MS = 30_000;

interface FollowOptions {
  readonly display: Display;
  /** Ends the following; the job goes on. */
  readonly left: AbortSignal;
  /** The attempt whose output comes first; those that follow it come after. */
  readonly from: "first" | "latest";
  readonly start: LogStart;
  readonly format: LogFormat;
  /** Only the output of this container. */
  readonly container?: string | undefined;
}

/** Shows where a job waits, then its output, until it has ended; undefined where it was left before. */
export async function followJob(
  context: Context,
  jobId: string,
  { display, left, from, start, format, container }: FollowOptions,
): Promise<JobDetail | undefined> {
  const patience = new Patience(context, display);
  const narrator = new Narrator(context, display);
  await using logs = new AttemptLogs({ context, display, patience, left, format, from, start, container });
  for await (const job of watchJob(context, jobId, { patience, left })) {
    await logs.follow(await patience.ask(() => findOutput(context, job), left));
    if (isTerminal(job.status)) await logs.finish();
    if (left.aborted) return undefined;
    await narrator.tell(job);
    if (isTerminal(job.status)) return job;
  }
  return undefined;
}

/** Shows where a job is until it has ended, without its output. */
export async function waitForJob(context: Context, jobId: string, display: Display): Promise<JobDetail> {
  const patience = new Patience(context, display);
  const narrator = new Narrator(context, display);
  const left = new AbortController().signal;
  let last: JobDetail | undefined;
  for await (const job of watchJob(context, jobId, { patience, left })) {
    await narrator.tell(job);
    last = job;
  }
  assert(last !== undefined, "it is watched until it has ended");
  return last;
}

/** Looks at a job until it has ended. */
async function* watchJob(
  context: Context,
  jobId: string,
  { patience, left }: { readonly patience: Patience; readonly left: AbortSignal },
): AsyncGenerator<JobDetail> {
  const { surroundings, client } = context;
  const pauses = client.connection.endpoint.isAws ? AWS_PAUSES_MS : OWN_PAUSES_MS;
  const startedAtMs = surroundings.nowMs();
  let isKnown = false;
  let pauseMs = pauses.first;
  while (!left.aborted) {
    const job = await patience
      .ask(() => describeJob(context, jobId), left)
      .catch((error: unknown) => {
        if (left.aborted && error instanceof ServerAwayError) return undefined;
        throw error;
      });
    if (job !== undefined) {
      isKnown = true;
      yield job;
      if (isTerminal(job.status)) return;
    } else if (isKnown || surroundings.nowMs() - startedAtMs > UNKNOWN_MAX_MS) {
      if (left.aborted) return;
      throw new CliError(
        `the job ${jobId} is not known any more`,
        "Look with `batchyard ls`; ended jobs are kept for a limited time.",
      );
    }
    await surroundings.pause(pauseMs, left);
    pauseMs = Math.min(pauses.max, Math.round(pauseMs * 1.5));
  }
}
