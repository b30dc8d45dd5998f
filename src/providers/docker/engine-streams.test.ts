import { assert, asyncProperty, integer, array, constantFrom, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import type { LogPiece } from "./docker-engine.ts";
import { parseJsonLines, parseLogFrames } from "./engine-streams.ts";

const STAMP = "2026-01-02T03:04:05.123456789Z";
const LATER_STAMP = "2026-01-02T03:04:05.2Z";
const STDOUT = 1;
const STDERR = 2;
const CUT = 16 * 1024;

describe("parseLogFrames", () => {
  test("gives the same pieces however the stream is cut", async () => {
    const frameContents = array(uint8Array({ maxLength: 40 }), { maxLength: 10 });
    const cuts = array(integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 });
    await assert(
      asyncProperty(frameContents, cuts, async (contents, lengths) => {
        const stream = Buffer.concat(contents.map((content) => frame(STDOUT, STAMP, content)));
        const pieces = await collect(parseLogFrames(cut(stream, lengths)));
        expect(pieces).toEqual(
          contents.map((content) => ({ stamp: STAMP, bytes: Buffer.from(content).toString("latin1") })),
        );
      }),
    );
  });

  test("leaves out a frame that has no end", async () => {
    const whole = frame(STDOUT, STAMP, Buffer.from("a\n"));
    expect(await collect(parseLogFrames(cut(Buffer.concat([whole, whole.subarray(0, 20)]), [5])))).toEqual([
      { stamp: STAMP, bytes: "a\n" },
    ]);
  });

  test("refuses what cannot be a log", async () => {
    await expect(collect(parseLogFrames(cut(Buffer.alloc(100, 0xff), [100])))).rejects.toMatchObject({
      name: "EngineAway",
      message: "the container engine sent a log frame of 4294967295 bytes",
    });
  });

  test.each<[name: string, frames: readonly Buffer[], lengths: readonly number[]]>([
    ["ends a line that was cut", [aCut(STDOUT), aPiece(STDOUT, 10)], [CUT, 11]],
    [
      "ends a line of a whole number of pieces",
      [aCut(STDOUT), aCut(STDOUT), aPiece(STDOUT, 0)],
      [CUT, CUT, 1],
    ],
    ["leaves an ended line alone", [aCut(STDOUT), frame(STDOUT, STAMP, Buffer.from("a\n"))], [CUT, 2]],
    ["leaves a last line without newline alone", [aPiece(STDOUT, 10)], [10]],
    ["leaves another line alone", [aCut(STDOUT), frame(STDOUT, LATER_STAMP, Buffer.from("a"))], [CUT, 1]],
    ["tells the streams apart", [aCut(STDOUT), aPiece(STDERR, 3), aPiece(STDOUT, 4)], [CUT, 3, 5]],
  ])("%s", async (_name, frames, lengths) => {
    const pieces = await collect(parseLogFrames(cut(Buffer.concat(frames), [1000])));
    expect(pieces.map(({ bytes }) => bytes.length)).toEqual(lengths);
  });
});

describe("parseJsonLines", () => {
  test("gives the same lines however the stream is cut, ended or not", async () => {
    const cuts = array(integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 });
    await assert(
      asyncProperty(cuts, constantFrom("", "\n", "\r\n"), async (lengths, end) => {
        const stream = Buffer.from(`{"a":"ä"}\r\n\n{"b":[1]}${end}`);
        const lines: unknown[] = [];
        for await (const line of parseJsonLines(cut(stream, lengths))) lines.push(line);
        expect(lines).toEqual([{ a: "ä" }, { b: [1] }]);
      }),
    );
  });

  test("refuses what is no JSON", async () => {
    const lines = parseJsonLines(cut(Buffer.from("<html>\n"), [100]));
    await expect(lines.next()).rejects.toMatchObject({
      name: "EngineAway",
      message: "the container engine sent what is no JSON: <html>",
    });
  });
});

function frame(stream: number, stamp: string, content: Uint8Array): Buffer {
  const payload = Buffer.concat([Buffer.from(`${stamp} `), content]);
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

function aPiece(stream: number, length: number): Buffer {
  return frame(stream, STAMP, Buffer.alloc(length, "x"));
}

function aCut(stream: number): Buffer {
  return aPiece(stream, CUT);
}

/** The stream in pieces of these lengths, over and over. */
async function* cut(stream: Buffer, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (let index = 0; offset < stream.length; index += 1) {
    const end = offset + (lengths[index % lengths.length] ?? 1);
    yield await Promise.resolve(stream.subarray(offset, end));
    offset = end;
  }
}

async function collect(
  batches: AsyncIterable<readonly LogPiece[]>,
): Promise<{ readonly stamp: string; readonly bytes: string }[]> {
  const pieces: LogPiece[] = [];
  for await (const batch of batches) pieces.push(...batch);
  return pieces.map(({ stamp, bytes }) => ({ stamp, bytes: Buffer.from(bytes).toString("latin1") }));
}
