import { expect, test } from "vitest";
import { batchModel } from "../../src/model/batch.ts";
import { MemoryStore } from "../../src/store/memory/memory-store.ts";
import { SeededRandom } from "../../src/lib/seeded-random.ts";
import { requestOf } from "./aws-request.ts";
import { furnish } from "./furnish.ts";
import { FuzzWorld } from "./fuzz-world.ts";
import { observe } from "./observe.ts";
import { validInput } from "./valid-input.ts";

const CROWD_COUNT = 100;
const CROWD_SIZE = 20;
/** Those that change what others decide on. */
const CONTENDED = ["SubmitJob", "SubmitJob", "RegisterJobDefinition", "TerminateJob", "UpdateJobQueue"];

test.each([1, 2, 3])(
  "seed %i: requests of all kinds at a time, beside the engine, leave what the store holds",
  async (seed) => {
    const random = new SeededRandom(seed);
    const world = await FuzzWorld.open(new MemoryStore());
    await furnish(world, random);
    for (let count = 0; count < CROWD_COUNT; count += 1) {
      const requests = Array.from({ length: CROWD_SIZE }, () => drawRequest(random, world));
      const [answers] = await Promise.all([
        Promise.all(requests.map((request) => world.handle(request))),
        world.goOn(random),
      ]);
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    }
    expect(world.takeFailures()).toEqual([]);
    const told = await observe(world);
    await world.restart();
    expect(await observe(world)).toEqual(told);
  },
  60_000,
);

function drawRequest(random: SeededRandom, world: FuzzWorld) {
  const operations = random.chance(40) ? CONTENDED : Object.keys(batchModel.operations);
  const model = batchModel.operations[random.pick(operations) ?? ""];
  if (model === undefined) throw new Error("there is no such operation");
  return requestOf(model, validInput(random, { model: batchModel, seen: world.jobIds }, model.input ?? ""));
}
