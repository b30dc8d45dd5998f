import type { JobDefinition } from "../../../batch/job-definition.ts";
import { jobDefinitionArn } from "../../../batch/arn.ts";
import type { Scope } from "../../../batch/scope.ts";
import type { Sequencer } from "../../../store/sequencer.ts";
import type { Store } from "../../../store/store.ts";

const ENTRIES_MAX = 1_000;

/**
 * Documents of the job definitions that were used last. Nothing in a revision changes but its status and its tags:
 * whoever needs those reads the store.
 */
export class DefinitionCache {
  readonly #sequencer: Sequencer;
  readonly #store: Store;
  /** In the order of their last use. */
  readonly #entries = new Map<string, JobDefinition>();

  constructor(sequencer: Sequencer, store: Store) {
    this.#sequencer = sequencer;
    this.#store = store;
  }

  async read(scope: Scope, name: string, revision: number): Promise<JobDefinition | undefined> {
    const arn = jobDefinitionArn(scope, name, revision);
    const cached = this.#entries.get(arn);
    const definition = cached ?? (await this.#readDurable(scope, name, revision));
    if (definition === undefined) return undefined;
    this.#entries.delete(arn);
    this.#entries.set(arn, definition);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > ENTRIES_MAX && oldest !== undefined) this.#entries.delete(oldest);
    return definition;
  }

  /** One that the live state knows may not be in the store yet: waits for all that is decided to be durable. */
  async #readDurable(scope: Scope, name: string, revision: number): Promise<JobDefinition | undefined> {
    await this.#sequencer.transact(() => undefined);
    return this.#store.readJobDefinition(scope, name, revision);
  }
}
