/** First byte behind 127: where it is 0, machines have names and services of their own. */
const FIRST = { min: 1, count: 255 };
const LAST = { min: 1, count: 254 };
const COUNT = FIRST.count * 256 * LAST.count;

/** Gives each task an address of its own on the loopback interface, 127.a.b.c, for as long as it lives. */
export class LoopbackAddresses {
  readonly #byTask = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** The same for the same task, as far as no other has it. @param known what it had before. */
  claim(taskId: string, known?: string): string {
    const held = this.#byTask.get(taskId);
    if (held !== undefined) return held;
    let place = hash(taskId) % COUNT;
    while (this.#taken.has(format(place))) place = (place + 1) % COUNT;
    const address = known ?? format(place);
    this.#byTask.set(taskId, address);
    this.#taken.add(address);
    return address;
  }

  release(taskId: string): void {
    const address = this.#byTask.get(taskId);
    this.#byTask.delete(taskId);
    if (address !== undefined) this.#taken.delete(address);
  }
}

function format(place: number): string {
  const [rest, last] = [Math.floor(place / LAST.count), place % LAST.count];
  return `127.${FIRST.min + Math.floor(rest / 256)}.${rest % 256}.${LAST.min + last}`;
}

/** FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return value;
}
