import { EngineAway } from "./docker-engine.ts";
import type { LogPiece } from "./docker-engine.ts";

const FRAME_HEADER_LENGTH = 8;
const FRAME_BYTES_MAX = 16 * 1024 * 1024;
const LINE_BYTES_MAX = 4 * 1024 * 1024;
/** Docker cuts longer lines into pieces of this length, all with the stamp of the first. */
const CUT_LENGTH = 16 * 1024;
const SPACE = 0x20;
const NEWLINE = 0x0a;

/**
 * Takes the engine's log stream apart: frames of eight bytes of header, of which the last four are the length, and a
 * text that begins with the stamp. Pieces that came together are given together.
 * https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container/operation/ContainerAttach
 */
export async function* parseLogFrames(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly LogPiece[], void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  const lastCuts = new Map<number, string>();
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? viewOf(chunk) : Buffer.concat([rest, chunk]);
    const pieces: LogPiece[] = [];
    let offset = 0;
    while (offset + FRAME_HEADER_LENGTH <= bytes.length) {
      const length = bytes.readUInt32BE(offset + 4);
      if (length > FRAME_BYTES_MAX)
        throw new EngineAway(`the container engine sent a log frame of ${length} bytes`);
      const end = offset + FRAME_HEADER_LENGTH + length;
      if (end > bytes.length) break;
      const piece = parsePiece(bytes.subarray(offset + FRAME_HEADER_LENGTH, end));
      pieces.push(endLongLine(piece, bytes.readUInt8(offset), lastCuts));
      offset = end;
    }
    rest = bytes.subarray(offset);
    if (pieces.length > 0) yield pieces;
  }
}

/** Each line of the stream, parsed. */
export async function* parseJsonLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<unknown, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes: Buffer = Buffer.concat([rest, chunk]);
    let offset = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, offset)) {
      const line = bytes.subarray(offset, end).toString().trim();
      offset = end + 1;
      if (line !== "") yield parseLine(line);
    }
    rest = bytes.subarray(offset);
    if (rest.length > LINE_BYTES_MAX)
      throw new EngineAway(`the container engine sent a line of more than ${LINE_BYTES_MAX} bytes`);
  }
  const last = rest.toString().trim();
  if (last !== "") yield parseLine(last);
}

/**
 * Gives the last piece of a line that was cut its newline, which Docker's driver `local` leaves out.
 *
 * @param lastCuts by stream: the stamp of the line of which the last piece was a cut one.
 */
function endLongLine(piece: LogPiece, stream: number, lastCuts: Map<number, string>): LogPiece {
  const { stamp, bytes } = piece;
  const isEnded = bytes.at(-1) === NEWLINE;
  const isOfCutLine = lastCuts.get(stream) === stamp;
  if (!isEnded && bytes.length === CUT_LENGTH) {
    lastCuts.set(stream, stamp);
    return piece;
  }
  lastCuts.delete(stream);
  return isOfCutLine && !isEnded ? { stamp, bytes: Buffer.concat([bytes, Buffer.of(NEWLINE)]) } : piece;
}

/** The same bytes, not a copy of them. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function parsePiece(frame: Buffer): LogPiece {
  const space = frame.indexOf(SPACE);
  const end = space < 0 ? frame.length : space;
  return { stamp: frame.toString("latin1", 0, end), bytes: frame.subarray(Math.min(end + 1, frame.length)) };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new EngineAway(`the container engine sent what is no JSON: ${line.slice(0, 100)}`, {
      cause: error,
    });
  }
}
