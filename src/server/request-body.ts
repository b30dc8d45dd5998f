import type { IncomingMessage } from "node:http";
import { ApiError } from "../api/errors.ts";
import type { HttpLimits } from "./http-limits.ts";

/** What the bodies under way hold of the server's memory, all together. */
export class BodyMemory {
  readonly #bytesMax: number;
  #heldBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** False where there is no room for so much more: then nothing is held. */
  hold(byteCount: number): boolean {
    if (this.#heldBytes + byteCount > this.#bytesMax) return false;
    this.#heldBytes += byteCount;
    return true;
  }

  release(byteCount: number): void {
    this.#heldBytes -= byteCount;
  }
}

/**
 * The body of one request, held until it is released.
 *
 * Most bodies come in one piece, which is taken as it is. Of others one buffer is made, doubled when it is full: a body
 * of many small pieces costs no more than one of few. Small bodies are always taken, so that nobody is kept out by those
 * who send large ones.
 */
export class RequestBody {
  readonly #message: IncomingMessage;
  readonly #limits: HttpLimits;
  readonly #memory: BodyMemory;
  #buffer: Buffer = NO_BYTES;
  #length = 0;
  #heldBytes = 0;

  constructor(message: IncomingMessage, limits: HttpLimits, memory: BodyMemory) {
    this.#message = message;
    this.#limits = limits;
    this.#memory = memory;
  }

  /** To be called once. What the request is refused with, where it goes beyond a limit; undefined where it breaks off. */
  read(): Promise<Uint8Array | ApiError | undefined> {
    const message = this.#message;
    const { promise, resolve } = Promise.withResolvers<Uint8Array | ApiError | undefined>();
    const take = (chunk: Buffer): void => {
      const refusal = this.#take(chunk);
      if (refusal === undefined) return;
      message.off("data", take).pause();
      resolve(refusal);
    };
    message.on("data", take);
    message.on("end", () => resolve(this.#buffer.subarray(0, this.#length)));
    // Behind the end, or instead of it where the connection ends before the body.
    message.on("close", () => {
      if (!message.readableEnded) resolve(undefined);
    });
    return promise;
  }

  /** To be called when the body is wanted no more, however it was read. */
  release(): void {
    this.#memory.release(this.#heldBytes);
    this.#heldBytes = 0;
    this.#buffer = NO_BYTES;
  }

  #take(chunk: Buffer): ApiError | undefined {
    const end = this.#length + chunk.byteLength;
    if (end > this.#limits.bodyBytesMax) return bodyTooLarge(this.#limits);
    if (this.#length === 0) {
      this.#buffer = chunk;
    } else {
      if (end > this.#buffer.byteLength && !this.#enlarge(end)) return bodiesTooLarge();
      chunk.copy(this.#buffer, this.#length);
    }
    this.#length = end;
    return undefined;
  }

  /** Makes room for so many bytes at least; false where the server has none. */
  #enlarge(bytesMin: number): boolean {
    const { bodyBytesMax, smallBodyBytesMax } = this.#limits;
    const announced = Number(this.#message.headers["content-length"] ?? bodyBytesMax);
    const byteLength = Math.max(bytesMin, Math.min(2 * this.#buffer.byteLength, announced));
    const wantedBytes = byteLength > smallBodyBytesMax ? byteLength - this.#heldBytes : 0;
    if (!this.#memory.hold(wantedBytes)) return false;
    this.#heldBytes += wantedBytes;
    const larger = Buffer.allocUnsafe(byteLength);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
    return true;
  }
}

const NO_BYTES = Buffer.alloc(0);

export function bodyTooLarge({ bodyBytesMax }: HttpLimits): ApiError {
  const text = `A request body must have at most ${bodyBytesMax} bytes`;
  return new ApiError("RequestEntityTooLargeException", text, { status: 413 });
}

function bodiesTooLarge(): ApiError {
  const text = "The server has no room for another large request body; try again";
  return new ApiError("ServiceUnavailableException", text, { status: 503 });
}
