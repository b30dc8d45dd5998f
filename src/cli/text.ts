import { styleText } from "node:util";
import type { JobStatus } from "../model/batch.ts";
import type { Sink } from "./surroundings.ts";

/** As many characters of an id as tell jobs apart in practice, from its end: it may begin with the time. */
const SHORT_ID_LENGTH = 8;

type Style = Parameters<typeof styleText>[0];

/** With colours where the sink has them. */
export function styled(sink: Sink, style: Style, text: string): string {
  return sink.hasColors ? styleText(style, text, { validateStream: false }) : text;
}

export function styledStatus(sink: Sink, status: JobStatus, text: string = status): string {
  return styled(sink, STATUS_STYLES[status], text);
}

const STATUS_STYLES: Readonly<Record<JobStatus, Style>> = {
  SUBMITTED: "dim",
  PENDING: "dim",
  RUNNABLE: "yellow",
  STARTING: "cyan",
  RUNNING: "cyan",
  SUCCEEDED: "green",
  FAILED: "red",
};

/** Rounded down, as ages are. `40ms`, `1.4s`, `45s`, `3m12s`, `2h05m`, `3d04h`: at most six characters below a hundred days. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1_000) return `${Math.floor(ms)}ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${padded(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h${padded(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d${padded(hours % 24)}h`;
}

/** `4s`, `3m`, `2h`, `5d`. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** The index of a child or a node stays behind it. */
export function shortId(jobId: string): string {
  const [, whole = jobId, index = ""] = /^(.+?)([:#]\d+)$/.exec(jobId) ?? [];
  return `${whole.slice(-SHORT_ID_LENGTH)}${index}`;
}

/** As a person would type it: words that a shell would take apart are quoted. */
export function quoteCommand(command: readonly string[]): string {
  return command
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(" ");
}

export function cut(text: string, length: number | undefined): string {
  return length === undefined || text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}

function padded(value: number): string {
  return String(value).padStart(2, "0");
}
