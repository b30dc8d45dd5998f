import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

/** Bytes that are read from any offset. */
export interface ByteSource {
  /** Shorter than `length` only where the bytes end. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** A file open for reading. Closing it is the opener's business: `await using`. */
export class FileSource implements ByteSource, AsyncDisposable {
  readonly #handle: FileHandle;

  /** Undefined where there is no such file. */
  static async open(path: string): Promise<FileSource | undefined> {
    try {
      return new FileSource(await open(path, "r"));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
