import { setTimeout as sleep } from "node:timers/promises";
import type { AwsClients } from "../support/aws-clients.ts";
import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import { ask } from "./ask.ts";
import type { CrashRecord } from "./crash-record.ts";
import type { ResourceKind } from "./resource-kinds.ts";

const PAUSE_MS_MAX = 120;
/** Changes of one resource before the next one is begun: what was done to the old one has to last. */
const CHANGES_MAX = 40;

/** Makes, changes and deletes resources of one kind, one after the other. Goes on through the server's deaths. */
export class ResourceClient {
  readonly #record: CrashRecord;
  readonly #kind: ResourceKind;
  readonly #random: SeededRandom;
  #changeCount = 0;

  constructor(record: CrashRecord, kind: ResourceKind, random: SeededRandom) {
    this.#record = record;
    this.#kind = kind;
    this.#random = random;
  }

  async work(clients: AwsClients, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.#step(clients);
      await sleep(this.#random.between(0, PAUSE_MS_MAX));
    }
  }

  /** Looks first: only one that is settled takes a change, and what the last one came to may not be known. */
  async #step(clients: AwsClients): Promise<void> {
    const { kind } = this.#kind;
    const name = `${kind}-${Math.floor(this.#changeCount / CHANGES_MAX)}`;
    const key = `${kind}/${name}`;
    const seen = await ask(this.#kind.look(clients, name));
    this.#record.fateOf(`a look at ${key}`, seen);
    if (seen.fate !== "answered" || seen.value === undefined) return;
    this.#record.see(key, seen.value);

    this.#changeCount += 1;
    const token = String(this.#changeCount);
    const { what, send, done } = this.#kind.step(name, seen.value, this.#random, token);
    const fate = this.#record.fateOf(`${what} ${key}`, await ask(send(clients)));
    if (fate !== undefined) this.#record.resource(key).change(done, fate);
  }
}
