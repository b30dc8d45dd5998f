import type { ApiResponse } from "../../api/http.ts";
import { schedulingPolicyArn } from "../../batch/arn.ts";
import type { SeededRandom } from "../../lib/seeded-random.ts";
import type { BatchOperations } from "../../model/batch.ts";
import { requestOf, textOf } from "../clients.ts";
import type { Scenario, ScenarioResources } from "../scenario.ts";
import { SCOPE } from "../server-life.ts";
import type { ServerLife } from "../server-life.ts";
import type { VirtualTime } from "../virtual-time.ts";
import { changeConsumable } from "./change-consumable.ts";
import { changeEnvironment } from "./change-environment.ts";
import { changePolicy } from "./change-policy.ts";
import { changeQueue } from "./change-queue.ts";
import { order } from "./order.ts";
import type { Order } from "./order.ts";
import { restore } from "./restore.ts";
import type { SeenResources } from "./seen-resources.ts";

export interface AdministratorsOptions {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  /** How often they change something, on average, in an hour. */
  readonly perHour: number;
  /** Has what there is at first, and what jobs need in the end. */
  readonly scenario: Scenario;
  /** Undefined while there is none. */
  readonly server: () => ServerLife | undefined;
  /** An answer that no administrator should get. */
  readonly onWrongAnswer: (message: string) => void;
}

/** How long they leave what they restored alone until they look again. */
const RESTORE_EVERY_MS = 120_000;

/** Of a hundred changes so many are of an environment, so many of a queue; the rest is of policies and consumables. */
const ENVIRONMENT_PERCENT = 50;
const QUEUE_PERCENT = 30;
const HOUR_MS = 3_600_000;

/**
 * What somebody may be told who does not know what others do, or what became of an order that was not answered: something
 * is under way, or has become otherwise meanwhile.
 */
const MEANWHILE = [
  "resource is being modified",
  "found existing JobQueue relationship",
  "must be in DISABLED state to be deleted",
  "Manually scaling down compute environment is not supported",
  "desiredvCpus should be between minvCpus and maxvCpus",
  "must be created and valid before attaching",
  "Object already exists",
  "does not exist",
  "not found.",
  "quantity must be at most totalQuantity",
];

/**
 * Those who make, change, close and delete what jobs run on while jobs run, through the handler as everybody: they look
 * first, and do what makes sense then. In the end they bring all back to what it was.
 */
export class Administrators {
  readonly #options: AdministratorsOptions;
  readonly #resources: ScenarioResources;
  readonly #policyArns: readonly string[];
  readonly #doneCounts = new Map<string, number>();
  #isRestoring = false;
  #messageCount = 0;

  constructor(options: AdministratorsOptions) {
    this.#options = options;
    const { resources, size } = options.scenario;
    this.#resources = resources(size);
    this.#policyArns = this.#resources.policies.map(({ name }) => schedulingPolicyArn(SCOPE, name));
  }

  /** How often each operation was done. */
  get doneCounts(): ReadonlyMap<string, number> {
    return this.#doneCounts;
  }

  /** Requests that reached a server, and answers that came back. */
  get messageCount(): number {
    return this.#messageCount;
  }

  begin(): void {
    const { time, random, perHour } = this.#options;
    const delayMs = this.#isRestoring
      ? RESTORE_EVERY_MS
      : Math.min(RESTORE_EVERY_MS, (-Math.log(1 - random.next()) * HOUR_MS) / perHour);
    time.after(delayMs, async () => {
      await this.#turn();
      this.begin();
    });
  }

  /** Nothing is changed any more but for what keeps jobs from ending. */
  end(): void {
    this.#isRestoring = true;
  }

  async #turn(): Promise<void> {
    const seen = await this.#look();
    if (seen === undefined) return;
    const orders = this.#isRestoring ? restore(this.#resources, seen) : this.#choose(seen);
    for (const one of orders) await this.#ask(one);
  }

  #choose(seen: SeenResources): readonly Order[] {
    const { random, scenario } = this.#options;
    const { environments, queues, consumables } = this.#resources;
    const drawn = random.between(0, 99);
    const environment = random.pick(environments);
    const queue = random.pick(queues);
    const consumable = random.pick(consumables);
    const policyArn = random.pick(this.#policyArns);
    if (drawn < ENVIRONMENT_PERCENT) return environment ? changeEnvironment(environment, seen, random) : [];
    if (drawn < ENVIRONMENT_PERCENT + QUEUE_PERCENT)
      return queue ? changeQueue(queue, this.#policyArns, seen, random) : [];
    if (drawn % 2 === 0)
      return policyArn === undefined ? [] : [changePolicy(policyArn, scenario.jobs.shares, random)];
    return consumable ? [changeConsumable(consumable, seen, random)] : [];
  }

  /** Undefined where not everything was answered. */
  async #look(): Promise<SeenResources | undefined> {
    const environments = await this.#read("DescribeComputeEnvironments");
    const queues = await this.#read("DescribeJobQueues");
    const consumables = await this.#read("ListConsumableResources");
    if (environments === undefined || queues === undefined || consumables === undefined) return undefined;
    const queue = this.#options.random.pick(queues.jobQueues ?? []);
    if (queue !== undefined) await this.#ask(order("GetJobQueueSnapshot", { jobQueue: queue.jobQueueName }));
    return {
      environments: byName(environments.computeEnvironments, (one) => one.computeEnvironmentName),
      queues: byName(queues.jobQueues, (one) => one.jobQueueName),
      consumables: byName(consumables.consumableResources, (one) => one.consumableResourceName),
    };
  }

  async #read<Name extends ReadName>(name: Name): Promise<BatchOperations[Name]["output"] | undefined> {
    const response = await this.#ask(order(name, {}));
    // Handlers answer what they are asked in the form that the model gives it.
    return response && (JSON.parse(textOf(response.body)) as BatchOperations[Name]["output"]);
  }

  /** Undefined where it was not done, as far as anybody knows. */
  async #ask({ name, input }: Order): Promise<ApiResponse | undefined> {
    const response = await this.#options.server()?.handle(requestOf(name, input));
    if (response === undefined) return undefined;
    this.#messageCount += 2;
    if (response.status === 200) {
      this.#doneCounts.set(name, (this.#doneCounts.get(name) ?? 0) + 1);
      return response;
    }
    const text = textOf(response.body);
    const isToBeExpected = response.status >= 500 || MEANWHILE.some((known) => text.includes(known));
    if (!isToBeExpected) this.#options.onWrongAnswer(`${name} ${JSON.stringify(input)}: ${text}`);
    return undefined;
  }
}

type ReadName = "DescribeComputeEnvironments" | "DescribeJobQueues" | "ListConsumableResources";

function byName<Item>(
  items: readonly Item[] = [],
  nameOf: (item: Item) => string,
): ReadonlyMap<string, Item> {
  return new Map(items.map((item) => [nameOf(item), item]));
}
