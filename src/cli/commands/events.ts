import type { JobDetail } from "../../model/batch.ts";
import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { Display } from "../display.ts";
import { EXIT } from "../exit-codes.ts";
import { describeOutcome } from "../outcome-text.ts";
import { Patience } from "../patience.ts";
import { readServerEvents } from "../server-events.ts";
import { cut, shortId, styled, styledStatus } from "../text.ts";

export interface EventsOptions {
  readonly follow: boolean;
  /** A sequence, a time, or how long ago. */
  readonly since?: EventsStart;
}

/** Where to begin: after the event of a sequence, at an instant, or so many milliseconds ago. */
export type EventsStart =
  | { readonly sequence: string }
  | { readonly time: string }
  | { readonly agoMs: number };

/** `batchyard events`: what happened to jobs, from the server's log of events; with -f also what is to happen. */
export async function events(context: Context, { follow, since }: EventsOptions): Promise<number> {
  const { surroundings, client, isJson } = context;
  if (client.connection.endpoint.isAws) {
    throw new CliError(
      "AWS keeps no log of events that can be read",
      "Send them somewhere by a rule of EventBridge: source aws.batch.",
    );
  }
  const display = new Display(surroundings, surroundings.output);
  const patience = new Patience(context, display);
  const start = since === undefined ? undefined : startText(since, surroundings.nowMs());
  const whole = follow ? {} : { since: "0" };
  const request = { isFollowing: follow, ...(start === undefined ? whole : { since: start }) };
  const format = isJson ? (json: string) => `${json}\n` : createFormat(context);
  for await (const { type, data } of readServerEvents(context, patience, request)) {
    if (type === "gap") await display.say(gapText(data));
    else await display.print(format(data));
  }
  return EXIT.done;
}

function startText(since: EventsStart, nowMs: number): string {
  if ("sequence" in since) return since.sequence;
  return "time" in since ? since.time : new Date(nowMs - since.agoMs).toISOString();
}

function gapText(data: string): string {
  const { reason, after, to } = JSON.parse(data) as { reason: string; after: number; to: number };
  return reason === "removed"
    ? `events ${after + 1} to ${to} are kept no more`
    : `there is no event ${after}: the last is ${to}; what comes next is shown`;
}

interface Event {
  readonly time: string;
  readonly "detail-type": string;
  readonly detail: Partial<JobDetail>;
}

/** The day is said when it changes. */
function createFormat({ surroundings }: Context): (json: string) => string {
  const { timeZone, output } = surroundings;
  const clock = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  let shownDay: string | undefined;
  return (json) => {
    const { time, "detail-type": type, detail } = JSON.parse(json) as Event;
    const [day = "", timeOfDay = ""] = clock.format(Date.parse(time)).split(" ");
    const heading = day === shownDay ? "" : `${styled(output, "dim", `${day} (${timeZone})`)}\n`;
    shownDay = day;
    const { status = "SUBMITTED", jobId = "", jobName = "" } = detail;
    const isUnderWay = status === "STARTING" || status === "RUNNING";
    const phrase = isUnderWay ? "" : describeOutcome(detail);
    const outcome = type === "Batch Job Queue Blocked" ? `blocks its queue: ${phrase}` : phrase;
    const rest = `${shortId(jobId)}  ${jobName}${outcome === "" ? "" : `  ${outcome}`}`;
    const before = `${timeOfDay}  `;
    const padded = status.padEnd(STATUS_WIDTH);
    const width =
      output.columns === undefined ? undefined : output.columns - before.length - STATUS_WIDTH - 2;
    return `${heading}${before}${styledStatus(output, status, padded)}  ${cut(rest, width)}\n`;
  };
}

const STATUS_WIDTH = "SUCCEEDED".length;
