import type { ReadRequest } from "../../../logs/logs.ts";

/** A position in a stream as GetLogEvents hands it out, and the direction in which it goes on from there. */
export interface EventToken {
  readonly direction: ReadRequest["direction"];
  readonly position: number;
}

/** As many digits as AWS's tokens have. */
const DIGITS = 56;
const TOKEN = /^([fb])\/(\d{56})$/;

export function encodeEventToken({ direction, position }: EventToken): string {
  return `${direction === "forward" ? "f" : "b"}/${String(position).padStart(DIGITS, "0")}`;
}

/** Undefined where no stream can have handed it out. */
export function parseEventToken(token: string): EventToken | undefined {
  const match = TOKEN.exec(token);
  const position = Number(match?.[2]);
  if (match === null || !Number.isSafeInteger(position)) return undefined;
  return { direction: match[1] === "f" ? "forward" : "backward", position };
}
