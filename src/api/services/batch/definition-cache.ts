import type { JobDefinition } from "../../../batch/job-definition.ts";
import { jobDefinitionArn } from "../../../batch/arn.ts";
import type { Scope } from "../../../batch/scope.ts";
import { RecentlyUsed } from "../../../lib/recently-used.ts";
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
  readonly #recent = new RecentlyUsed<JobDefinition>(ENTRIES_MAX);

  constructor(sequencer: Sequencer, store: Store) {
    this.#sequencer = sequencer;
    this.#store = store;
  }

  async read(scope: Scope, name: string, revision: number): Promise<JobDefinition | undefined> {
    const arn = jobDefinitionArn(scope, name, revision);
    const known = this.#recent.get(arn);
    if (known !== undefined) return known;
    const definition = await this.#readDurable(scope, name, revision);
    if (definition !== undefined) this.#recent.set(arn, definition);
    return definition;
  }

  /** One that the live state knows may not be in the store yet: waits for all that is decided to be durable. */
  async #readDurable(scope: Scope, name: string, revision: number): Promise<JobDefinition | undefined> {
    await this.#sequencer.transact(() => undefined);
    return this.#store.readJobDefinition(scope, name, revision);
  }
}
