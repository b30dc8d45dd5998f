import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anInstance } from "../../../test/support/store-examples.ts";
import type { Resources } from "../../batch/resources.ts";
import { LiveInstances } from "../../store/live-instances.ts";
import type { EnvironmentInstances } from "../../store/live-instances.ts";
import { PlannedRoom } from "./planned-room.ts";

const ARN = "arn:aws:batch:us-east-1:123456789012:compute-environment/ce";

function ofSizes(sizes: readonly number[], bootingCount = 0): EnvironmentInstances {
  const instances = new LiveInstances();
  for (const [index, vcpus] of sizes.entries()) {
    instances.put(
      anInstance(`i-${index}`, {
        computeEnvironmentArn: ARN,
        resources: needing(vcpus),
        launchedAtMs: index,
        ...(index >= bootingCount && { registeredAtMs: index }),
      }),
    );
  }
  return instances.ofEnvironment(ARN);
}

function needing(vcpus: number): Resources {
  return { vcpuMillis: vcpus * 1000, memoryMiB: vcpus * 100, gpuCount: 0 };
}

describe("planned room", () => {
  test("is that of booting instances, then of those that take jobs, the first that fits", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 12 });
    const takes = fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.nat({ max: 9 })), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, fc.nat({ max: 4 }), takes, (all, bootingCount, wanted) => {
        const room = new PlannedRoom(ofSizes(all, bootingCount));
        const left = [...all];
        for (const [vcpus, count] of wanted) {
          let expected = 0;
          for (const [index, free] of left.entries()) {
            const taken = Math.min(count - expected, Math.floor(free / vcpus));
            left[index] = free - taken * vcpus;
            expected += taken;
          }
          expect(room.take(needing(vcpus), count)).toBe(expected);
        }
      }),
      // What is not in the order of launch shows in one of some hundred cases only.
      { numRuns: 2_000 },
    );
  });

  test("looks at no more of a thousand instances than jobs come to count on", () => {
    const instances = ofSizes(Array.from({ length: 1_000 }, () => 4));
    let lookedAtCount = 0;
    const room = new PlannedRoom({
      ...instances,
      get all(): never {
        throw new Error("all instances are walked");
      },
      booting: instances.booting,
      findRoom(wanted, after) {
        lookedAtCount += 1;
        return instances.findRoom(wanted, after);
      },
    });
    const wanted = needing(2);
    expect([room.take(wanted, 1), room.take(wanted, 5), room.take(needing(1), 1)]).toEqual([1, 5, 1]);
    // Six of them fill three instances, the last is on a fourth. Each is found for the job, then on the way to it.
    expect(lookedAtCount).toBe(8);
  });

  test("does not look again at thousands of instances for each of thousands of kinds of jobs", () => {
    const count = 3_000;
    const instances = ofSizes(Array.from({ length: count }, () => 4));
    let lookedAtCount = 0;
    const room = new PlannedRoom({
      ...instances,
      booting: instances.booting,
      findRoom(wanted, after) {
        lookedAtCount += 1;
        return instances.findRoom(wanted, after);
      },
    });
    // Of none of them an instance has room for two.
    const kinds = Array.from({ length: count + 9 }, (_, index) => ({
      vcpuMillis: 3_000 - (index % 900),
      memoryMiB: 400 - Math.floor(index / 900),
      gpuCount: 0,
    }));
    const taken = kinds.map((wanted) => room.take(wanted, 1));
    expect(taken.filter((met) => met === 1)).toHaveLength(count);
    // Found for the job, then on the way to it; nine kinds find none.
    expect(lookedAtCount).toBe(2 * count + 9);
  });

  test("of empty instances is for nodes in the order of launch, whichever became idle first", () => {
    const instances = new LiveInstances();
    const put = (instanceId: string, vcpus: number, registeredAtMs?: number) =>
      instances.put(
        anInstance(instanceId, {
          computeEnvironmentArn: ARN,
          resources: needing(vcpus),
          launchedAtMs: 1,
          ...(registeredAtMs !== undefined && { registeredAtMs }),
        }),
      );
    put("i-small", 2);
    put("i-large", 4);
    put("i-large", 4, 2);
    put("i-small", 2, 3);
    const room = new PlannedRoom(instances.ofEnvironment(ARN));
    expect(room.emptyFor([needing(2), needing(4)])).toEqual([0, 1]);
  });

  test("of empty instances is for nodes in the order of launch, also where some of them boot", () => {
    const instances = new LiveInstances();
    for (const [index, registeredAtMs] of [1, undefined, 1, undefined].entries()) {
      instances.put(
        anInstance(`i-${index}`, {
          computeEnvironmentArn: ARN,
          resources: needing(index + 1),
          launchedAtMs: index,
          ...(registeredAtMs !== undefined && { registeredAtMs }),
        }),
      );
    }
    const room = new PlannedRoom(instances.ofEnvironment(ARN));
    room.add(needing(5));
    // Those that boot have the first slots; what was added has the next.
    expect(room.emptyFor([1, 2, 3, 4, 5].map(needing))).toEqual([3, 0, 4, 1, 2]);
    expect(room.emptyFor([needing(2), needing(2), needing(2), needing(5)])).toEqual([0, 4, 1, 2]);
    room.add(needing(9));
    expect(room.emptyFor([needing(5), needing(5)])).toEqual([2, 5]);
  });

  test("of empty instances is for nodes, each by itself, and for nobody else then", () => {
    const room = new PlannedRoom(ofSizes([2, 4, 2]));
    const nodes = [needing(4), needing(2)];
    const slots = room.emptyFor(nodes);
    room.takeSlots(slots);
    expect([slots.includes(undefined), room.emptyFor(nodes).includes(undefined)]).toEqual([false, true]);
    expect(room.take(needing(1), 9)).toBe(2);
  });
});
