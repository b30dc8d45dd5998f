import { createHash } from "node:crypto";
import type { ApiRequest, ApiResponse } from "../../src/api/http.ts";
import { createEngine } from "../../src/engine/engine.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { recover } from "../../src/engine/recover.ts";
import { tick } from "../../src/engine/tick.ts";
import { Sessions } from "../../src/identity/sessions.ts";
import { Sealer } from "../../src/secrets/sealer.ts";
import { createBatchApi } from "../../src/simulator/batch-api.ts";
import type { Change } from "../../src/store/change.ts";
import { Sequencer } from "../../src/store/sequencer.ts";
import type { Store } from "../../src/store/store.ts";
import { EC2_CATALOGUE } from "../../src/batch/instance-catalogue.ts";
import { NOW_MS, SCOPE } from "../support/batch-values.ts";
import type { SeenJobs } from "./plausible-values.ts";
import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import { sequentialIds } from "../../src/lib/sequential-ids.ts";
import { NO_SURROUNDINGS, SILENT } from "../support/engine-parts.ts";
import { ScriptedProvider } from "../support/scripted-provider.ts";

const JOB_IDS_MAX = 50;
const JOB_ID = /"jobId":"([^"]+)"/;

/** A server without its sockets: AWS Batch over a store, and an engine whose jobs do what chance says. */
export class FuzzWorld {
  readonly #store: Store;
  readonly #provider = new ScriptedProvider();
  readonly #failures: Error[] = [];
  readonly #jobIds: string[] = [];
  readonly #serviceJobIds: string[] = [];
  readonly #ids = sequentialIds();
  #nowMs = NOW_MS;
  #commits = createHash("sha256");
  #commitCount = 0;
  #engine!: Engine;
  #handle!: (request: ApiRequest) => Promise<ApiResponse>;

  static async open(store: Store): Promise<FuzzWorld> {
    const world = new FuzzWorld(store);
    await world.restart();
    return world;
  }

  private constructor(store: Store) {
    this.#store = store;
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    const response = await this.#handle(request);
    const [, jobId] = response.status === 200 ? (JOB_ID.exec(String(response.body)) ?? []) : [];
    const ids = String(response.body).includes(":service-job/") ? this.#serviceJobIds : this.#jobIds;
    if (jobId !== undefined) ids.push(jobId);
    return response;
  }

  /** Of the jobs that were seen last in answers. */
  get jobIds(): SeenJobs {
    return {
      jobs: this.#jobIds.slice(-JOB_IDS_MAX),
      serviceJobs: this.#serviceJobIds.slice(-JOB_IDS_MAX),
    };
  }

  /** What the server's log would call failures, since the last time. */
  takeFailures(): readonly Error[] {
    return this.#failures.splice(0);
  }

  /** Every change that was ever made, in their order. */
  get digest(): string {
    return `${this.#commitCount} ${this.#commits.copy().digest("hex")}`;
  }

  /** Time passes: jobs come up and end, and the engine sees to what there is. */
  async goOn(random: SeededRandom): Promise<void> {
    this.#nowMs += random.between(1, 100_000);
    for (const { spec, startedAtMs, hasEnded } of this.#provider.underWay) {
      if (hasEnded || random.chance(40)) continue;
      if (startedAtMs === undefined) this.#provider.comesUp(spec.jobId, this.#nowMs);
      else this.#provider.ends(spec.jobId, this.#nowMs, { kind: "exited", exitCode: random.between(0, 2) });
    }
    for (let dueMs: number | undefined = 0, count = 0; dueMs === 0 && count < 100; count += 1) {
      dueMs = await tick(this.#engine, { nowMs: this.#nowMs, monotonicMs: this.#nowMs });
    }
  }

  /** A new server on what the store holds, as after a crash. */
  async restart(): Promise<void> {
    const ids = this.#ids;
    const store = this.#store;
    const sequencer = await Sequencer.open({
      store: { commit: (changes) => this.#commit(changes), load: () => store.load() },
      runSoon: (flush) => void Promise.resolve().then(flush),
      wake: () => undefined,
    });
    this.#engine = createEngine({
      sequencer,
      store,
      provider: this.#provider,
      ids,
      observer: SILENT,
      surroundings: NO_SURROUNDINGS,
    });
    await recover(this.#engine, { nowMs: this.#nowMs, monotonicMs: this.#nowMs });
    this.#handle = createBatchApi({
      sequencer,
      store,
      ids,
      clock: { nowMs: () => this.#nowMs, monotonicMs: () => this.#nowMs },
      instanceCatalogue: EC2_CATALOGUE,
      sessions: new Sessions(new Sealer(() => Buffer.alloc(32)), "none"),
      defaults: SCOPE,
      onFailure: (error) =>
        this.#failures.push(error instanceof Error ? error : new Error("thrown", { cause: error })),
    }).handle;
  }

  async #commit(changes: readonly Change[]): Promise<void> {
    this.#commitCount += changes.length;
    this.#commits.update(JSON.stringify(changes));
    await this.#store.commit(changes);
  }
}
