import type { InstanceCatalogue } from "../../../batch/instance-catalogue.ts";
import type { JobStatus } from "../../../model/batch.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { IdSource } from "../../../lib/id-source.ts";
import type { Mutex } from "../../../lib/mutex.ts";
import type { Sequencer } from "../../../store/sequencer.ts";
import type { Store } from "../../../store/store.ts";
import type { DefinitionCache } from "./definition-cache.ts";

/**
 * What the operations of AWS Batch work with. They decide on the live state, through the sequencer; they answer from
 * the store, so that an answer shows only what is durable.
 */
export interface BatchServices {
  readonly sequencer: Sequencer;
  readonly store: Store;
  readonly definitions: DefinitionCache;
  readonly instanceCatalogue: InstanceCatalogue;
  /**
   * Held by whoever reads the document of a job or a definition in order to change it: the live state does not hold
   * documents, so the sequencer alone does not keep two changes apart.
   */
  readonly documentLock: Mutex;
  /** Why a job that has not come up has not, as a sentence; undefined where there is nothing to tell. */
  readonly situationOf: (jobId: string, status: JobStatus, taskId?: string) => string | undefined;
  readonly clock: Clock;
  readonly ids: IdSource;
}
