import type { AttemptDetail, JobDetail } from "../../model/batch.ts";
import { advise } from "../advice.ts";
import { RefusedError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { explainJob } from "../explained.ts";
import { findJob } from "../find-job.ts";
import { factsOf } from "../job-facts.ts";
import { tellSections } from "../job-sections.ts";
import { isTerminal } from "../job-statuses.ts";
import { jsonText } from "../json-text.ts";
import { describeEnd, describeOutcome } from "../outcome-text.ts";
import type { Surroundings } from "../surroundings.ts";
import { attemptEndOf } from "../task-containers.ts";
import { formatDuration, shortId, styled, styledStatus } from "../text.ts";
import { describeWait } from "../wait-text.ts";
import { wrap } from "../wrap.ts";

const LABEL_LENGTH = 12;

/** Something that happened to the job. */
interface Event {
  readonly atMs: number | undefined;
  readonly text: string;
}

/** `batchyard describe`: the story of a job. */
export async function describe(context: Context, reference: string): Promise<number> {
  const { surroundings } = context;
  const job = await findJob(context, reference);
  const text = context.isJson ? jsonText({ jobs: [job] }) : await tellStory(context, job);
  await surroundings.output.write(text);
  return EXIT.done;
}

async function tellStory(context: Context, job: JobDetail): Promise<string> {
  const { surroundings } = context;
  const { output } = surroundings;
  const wait = (await tellExplained(context, job)) ?? (await describeWait(context, job));
  const advice = advise(job);
  const lines = [
    `${styled(output, "bold", job.jobName)}  ${job.jobId}`,
    headline(surroundings, job, wait),
    "",
    ...factsOf(job).map(([label, value]) => `${`${label}:`.padEnd(LABEL_LENGTH)} ${value}`),
    ...(await tellSections(context, job)),
    "",
    ...tellEvents(surroundings, events(job)),
    ...(advice === undefined ? [] : ["", "What to do next", `  ${advice}`]),
  ];
  return `${lines.flatMap((line) => wrap(line, output.columns)).join("\n")}\n`;
}

/** Why it waits, as a server of one's own explains it; undefined where it does not. */
async function tellExplained(context: Context, { jobId, status }: JobDetail): Promise<string | undefined> {
  const isWaiting = status === "PENDING" || status === "RUNNABLE";
  if (!isWaiting || context.client.connection.endpoint.isAws) return undefined;
  try {
    const { because, sentence, ...explained } = await explainJob(context, jobId);
    if (explained.status !== status || because === "children") return undefined;
    return `${status}: ${sentence} More: batchyard why ${shortId(jobId)}`;
  } catch (error) {
    // A server that is no batchyard, or an older one.
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}

function headline(surroundings: Surroundings, job: JobDetail, wait: string | undefined): string {
  const { status, startedAt } = job;
  const painted = styledStatus(surroundings.output, status);
  if (wait !== undefined) return wait.replace(status, painted);
  if (!isTerminal(status)) return `${painted} for ${formatDuration(surroundings.nowMs() - startedAt)}`;
  return describeEnd(job, painted);
}

/** What happened, in its order. */
function events(job: JobDetail): readonly Event[] {
  const { attempts = [], createdAt, status, startedAt, stoppedAt } = job;
  const isOver = isTerminal(status);
  let beforeMs = createdAt;
  const ofAttempts = attempts.flatMap((attempt, index): readonly Event[] => {
    const told = tellAttempt(attempt, {
      number: index + 1,
      beforeMs,
      isFollowed: !isOver || index < attempts.length - 1,
    });
    beforeMs = attempt.stoppedAt ?? beforeMs;
    return told;
  });
  const current =
    status === "RUNNING"
      ? [{ atMs: startedAt, text: startText(attempts.length + 1, startedAt, beforeMs) }]
      : [];
  const ended = isOver ? [{ atMs: stoppedAt, text: status }] : [];
  return [{ atMs: createdAt, text: "submitted" }, ...ofAttempts, ...current, ...ended];
}

interface AttemptPlace {
  readonly number: number;
  /** Since when it waited. */
  readonly beforeMs: number | undefined;
  readonly isFollowed: boolean;
}

function tellAttempt(
  attempt: AttemptDetail,
  { number, beforeMs, isFollowed }: AttemptPlace,
): readonly Event[] {
  const { startedAt, stoppedAt } = attempt;
  const outcome = describeOutcome({ ...attempt, container: attemptEndOf(attempt) });
  const next = isFollowed ? "; it is tried again" : "";
  if (startedAt === undefined) {
    const text = `attempt ${number} did not start: ${outcome || "no reason given"}${next}`;
    return [{ atMs: stoppedAt, text }];
  }
  const after = stoppedAt === undefined ? "" : ` after ${formatDuration(stoppedAt - startedAt)}`;
  return [
    { atMs: startedAt, text: startText(number, startedAt, beforeMs) },
    { atMs: stoppedAt, text: `attempt ${number} ended${after}: ${outcome || "exit 0"}${next}` },
  ];
}

/** A wait that is not worth a word is left out. */
const WAIT_TOLD_MIN_MS = 1_000;

function startText(number: number, startedAtMs: number, beforeMs = startedAtMs): string {
  const waitedMs = startedAtMs - beforeMs;
  const waited = waitedMs < WAIT_TOLD_MIN_MS ? "" : `, having waited ${formatDuration(waitedMs)}`;
  return `attempt ${number} started${waited}`;
}

/** The day is said when it changes. */
function tellEvents({ timeZone, output }: Surroundings, told: readonly Event[]): string[] {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  let day: string | undefined;
  return told.flatMap(({ atMs, text }) => {
    const [date, time = ""] = atMs === undefined ? [day, ""] : format.format(atMs).split(" ");
    const isNewDay = date !== day;
    day = date;
    const heading = isNewDay && date !== undefined ? [styled(output, "dim", `${date} (${timeZone})`)] : [];
    return [...heading, `  ${time.padEnd(8)}  ${text}`];
  });
}
