import type { PullAnswer } from "./engine-answers.ts";

const BYTES_PER_MB = 1_000_000;

/** Adds up what the engine says of an image's layers, as in `12 of 40 MB`. */
export class PullProgress {
  /** By layer. One that the engine has begun to unpack is whole. */
  readonly #layers = new Map<string, { readonly current: number; readonly total: number }>();

  /** What there is to tell after this line; empty before the size of anything is known. */
  add({ id = "", status, progressDetail: { current = 0, total = 0 } = {} }: PullAnswer): string {
    const known = this.#layers.get(id);
    if (status === "Downloading" && total > 0) this.#layers.set(id, { current, total });
    else if (status === "Download complete" && known !== undefined) {
      this.#layers.set(id, { current: known.total, total: known.total });
    }
    return this.#tell();
  }

  #tell(): string {
    const layers = [...this.#layers.values()];
    const total = layers.reduce((sum, layer) => sum + layer.total, 0);
    if (total === 0) return "";
    const current = layers.reduce((sum, layer) => sum + layer.current, 0);
    return `${inMegabytes(current)} of ${inMegabytes(total)} MB`;
  }
}

function inMegabytes(bytes: number): string {
  const megabytes = bytes / BYTES_PER_MB;
  return megabytes < 10 ? megabytes.toFixed(1) : String(Math.round(megabytes));
}
