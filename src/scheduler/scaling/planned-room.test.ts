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
    // Six of them fill three instances; what is smaller comes by these on its way to the fourth.
    expect(lookedAtCount).toBe(7);
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
