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

  /** A promise only where it has to be read from the store. */
  read(scope: Scope, name: string, revision: number): JobDefinition | Promise<JobDefinition | undefined> {
    const arn = jobDefinitionArn(scope, name, revision);
    return this.#recent.get(arn) ?? this.#readDurable(scope, name, revision);
  }

  /** One that the live state knows may not be in the store yet: waits for all that is decided to be durable. */
  async #readDurable(scope: Scope, name: string, revision: number): Promise<JobDefinition | undefined> {
    await this.#sequencer.transact(() => undefined);
    const definition = await this.#store.readJobDefinition(scope, name, revision);
    if (definition !== undefined) this.#recent.set(definition.jobDefinitionArn, definition);
    return definition;
  }
}
