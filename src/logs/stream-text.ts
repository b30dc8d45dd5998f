import { FileSource } from "./byte-source.ts";
import type { ByteSource } from "./byte-source.ts";
import { parseRecord, RECORD_BYTES_MAX } from "./client-files.ts";
import type { EventText } from "./event-page.ts";
import type { JobFile } from "./job-files.ts";
import { QUIET_MS } from "./logs.ts";
import type { LogEvent } from "./logs.ts";
import { Marks, savedMarkCount } from "./marks.ts";
import type { Mark } from "./marks.ts";
import { MultilineReader } from "./multiline.ts";
import { LINE_BYTES_MAX } from "./pieces.ts";
import type { Piece } from "./pieces.ts";
import { removalNotice } from "./removal-notice.ts";
import type { LogLimits } from "./removal-notice.ts";
import { fileFacts } from "./stream-files.ts";
import type { FileFacts, StreamFacts, StreamFiles } from "./stream-files.ts";
import { lineReader } from "./text.ts";
import type { PieceReader, Text } from "./text.ts";

/** All that reading a stream needs to know of it. */
export interface StreamView {
  readonly streamId: string;
  readonly files: StreamFiles;
  readonly facts: StreamFacts;
  /** Set while a job is writing the stream. */
  readonly jobFile: JobFile | undefined;
  /** Set while clients' events are being written: what stands behind it is not durable yet. */
  readonly durableEnd: number | undefined;
  readonly limits: LogLimits;
}

/** Whether a line is the first of an event; undefined where each line is one. */
export type LineTest = ((line: string) => Promise<boolean>) | undefined;

/** Opens the stream's files for as long as `resources` lives. */
export async function openEventText(
  view: StreamView,
  begins: LineTest,
  resources: AsyncDisposableStack,
): Promise<EventText & { readonly marks?: Marks }> {
  const { content } = view.facts;
  if (content?.kind === "events") return openClientText(view, content, resources);
  return openJobText(view, begins, resources);
}

async function openClientText(
  view: StreamView,
  content: FileFacts,
  resources: AsyncDisposableStack,
): Promise<EventText> {
  const { streamId, files, facts, durableEnd } = view;
  const begin = facts.removed?.size ?? 0;
  const end = Math.max(begin, Math.min(content.size, durableEnd ?? content.size));
  const source = await openSource(files.path(streamId, "events"), resources);
  const text = { source, begin, end, isEnded: false, lineBytesMax: RECORD_BYTES_MAX };
  return {
    text,
    pieces: lineReader(text),
    notice: noticeOf(view, undefined),
    parse: (piece) => Promise.resolve(parseRecord(piece)),
  };
}

async function openJobText(
  view: StreamView,
  begins: LineTest,
  resources: AsyncDisposableStack,
): Promise<EventText & { readonly marks: Marks }> {
  const { streamId, files, facts, jobFile } = view;
  const begin = facts.removed?.size ?? 0;
  const end = Math.max(begin, jobFile?.size ?? facts.content?.size ?? 0);
  const source = await openSource(files.path(streamId, "log"), resources);
  const marks = await openMarks(view, resources);
  const text = { source, begin, end, isEnded: jobFile === undefined, lineBytesMax: LINE_BYTES_MAX };
  return {
    text,
    pieces: begins === undefined ? lineReader(text) : multilineReader(text, begins, { jobFile, marks }),
    notice: noticeOf(view, begin < end ? await marks.timeAt(begin) : undefined),
    parse: (piece) => parseLine(piece, marks),
    offsetAt: (atMs) => marks.offsetAt(atMs),
    marks,
  };
}

function multilineReader(
  text: Text,
  begins: NonNullable<LineTest>,
  { jobFile, marks }: { readonly jobFile: JobFile | undefined; readonly marks: Marks },
): PieceReader {
  return new MultilineReader(text, {
    begins,
    isAfterPause: (offset) => marks.isAfterPause(offset, QUIET_MS),
    isQuiet: jobFile !== undefined && jobFile.lookedAtMs - jobFile.lastMark.atMs >= QUIET_MS,
  });
}

async function parseLine({ begin, bytes }: Piece, marks: Marks): Promise<LogEvent> {
  const atMs = await marks.timeAt(begin);
  return { timestampMs: atMs, ingestedAtMs: atMs, message: bytes.toString("utf8"), position: begin };
}

async function openMarks(
  { streamId, files, facts, jobFile }: StreamView,
  resources: AsyncDisposableStack,
): Promise<Marks> {
  const path = files.path(streamId, "marks");
  const count = jobFile?.savedCount ?? savedMarkCount(fileFacts(path)?.size ?? 0);
  const recent: readonly Mark[] = jobFile === undefined ? lastMark(facts) : [...jobFile.recent];
  if (count === 0) return new Marks(undefined, recent);
  return new Marks({ source: await openSource(path, resources), count }, recent);
}

/** A closed file's date is the time of its last mark. */
function lastMark({ content }: StreamFacts): readonly Mark[] {
  return content === undefined ? [] : [{ end: content.size, atMs: content.modifiedMs }];
}

/** Stands before what is left, so it is not later than that. */
function noticeOf(
  { facts: { removed }, limits }: StreamView,
  firstLeftMs: number | undefined,
): LogEvent | undefined {
  if (removed === undefined || removed.size === 0) return undefined;
  return {
    timestampMs: Math.min(removed.modifiedMs, firstLeftMs ?? removed.modifiedMs),
    ingestedAtMs: removed.modifiedMs,
    message: removalNotice(removed.size, removed.modifiedMs, limits),
    position: 0,
  };
}

/** A file that is not there reads as an empty one. */
async function openSource(path: string, resources: AsyncDisposableStack): Promise<ByteSource> {
  const source = await FileSource.open(path);
  return source === undefined ? NOTHING : resources.use(source);
}

const NOTHING: ByteSource = { read: () => Promise.resolve(Buffer.alloc(0)) };
