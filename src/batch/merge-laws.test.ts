import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accepted } from "../../test/support/batch-values.ts";
import {
  EKS_CONTAINER_ADDED,
  ecsProperties,
  eksContainer,
  eksProperties,
  nodeProperties,
  nodeRange,
  taskContainer,
} from "../../test/support/workload-values.ts";
import type {
  EcsProperties,
  EksContainerOverride,
  EksProperties,
  NodePropertyOverride,
  TaskContainerOverrides,
} from "../model/batch.ts";
import { applyEcsOverride } from "./ecs-overrides.ts";
import { applyEksOverride } from "./eks-overrides.ts";
import { applyNodeOverrides } from "./node-overrides.ts";
import { mergeParameters, substituteParameters } from "./parameters.ts";

const NAMES = ["A", "B", "C", "__proto__", "constructor"];
const name = fc.constantFrom(...NAMES);
const value = fc.string();
const environment = fc.uniqueArray(fc.record({ name, value }), { selector: (variable) => variable.name });
const words = fc.array(fc.string({ minLength: 1 }).filter((word) => !word.includes("\0")));
const amount = fc.integer({ min: 1, max: 9 }).map(String);
const MEMBERS = {
  command: words,
  environment,
  resourceRequirements: amount.map((vcpu) => [
    { type: "VCPU" as const, value: vcpu },
    { type: "MEMORY" as const, value: "64" },
  ]),
};
const anyOverride = fc.record(MEMBERS, { requiredKeys: [] });
const anyTask = fc
  .tuple(fc.record(MEMBERS), fc.record(MEMBERS))
  .map(([one, other]) => ecsProperties([taskContainer("one", one), taskContainer("other", other)]));

type Variables = readonly { readonly name?: string | undefined; readonly value?: string | undefined }[];

function valueOf(variables: Variables | undefined, wanted: string): string | undefined {
  return variables?.find((variable) => variable.name === wanted)?.value;
}

describe("overrides of a task", () => {
  test("change nothing more the second time", () => {
    fc.assert(
      fc.property(anyTask, anyOverride, (task, override) => {
        const once = applyToTask(task, override);
        expect(applyToTask(once, override)).toEqual(once);
      }),
    );
  });

  test("win in the container that they name, and leave all else as it was", () => {
    fc.assert(
      fc.property(anyTask, anyOverride, (task, override) => {
        const [before] = task.taskProperties;
        const [after] = applyToTask(task, override).taskProperties;
        expect(after?.containers[1]).toEqual(before?.containers[1]);
        const [own, merged] = [before?.containers[0], after?.containers[0]];
        for (const wanted of NAMES) {
          expect(valueOf(merged?.environment, wanted)).toBe(
            valueOf(override.environment, wanted) ?? valueOf(own?.environment, wanted),
          );
        }
        const command = override.command ?? [];
        expect(merged?.command).toEqual(command.length > 0 ? command : own?.command);
        expect(merged?.resourceRequirements).toEqual(
          override.resourceRequirements ?? own?.resourceRequirements,
        );
        expect([merged?.image, merged?.name]).toEqual(["busybox", "one"]);
      }),
    );
  });
});

describe("overrides of a pod", () => {
  const anyMembers = { command: words, args: words, env: environment };
  const anyPod = fc
    .tuple(fc.record(anyMembers), fc.record(anyMembers))
    .map(([one, other]) =>
      eksProperties([
        eksContainer({ ...EKS_CONTAINER_ADDED, name: "one", ...one }),
        eksContainer({ ...EKS_CONTAINER_ADDED, name: "other", ...other }),
      ]),
    );
  const anyPodOverride = fc.record({ ...anyMembers, image: fc.constant("alpine") }, { requiredKeys: [] });
  test("change nothing more the second time", () => {
    fc.assert(
      fc.property(anyPod, anyPodOverride, (pod, override) => {
        const once = applyToPod(pod, override);
        expect(applyToPod(once, override)).toEqual(once);
      }),
    );
  });

  test("win in the container that they name, and leave the others as they were", () => {
    fc.assert(
      fc.property(anyPod, anyPodOverride, (pod, override) => {
        const merged = applyToPod(pod, override).podProperties?.containers ?? [];
        expect(merged[1]).toEqual(pod.podProperties?.containers?.[1]);
        expect(merged[0]?.image).toBe(override.image ?? "busybox");
        for (const wanted of NAMES) {
          expect(valueOf(merged[0]?.env, wanted)).toBe(
            valueOf(override.env, wanted) ?? valueOf(pod.podProperties?.containers?.[0]?.env, wanted),
          );
        }
      }),
    );
  });
});

describe("overrides of nodes", () => {
  const NODES = nodeProperties(6, [nodeRange("0:0"), nodeRange("1:"), nodeRange("4:5")]);
  const anyTarget = fc.constantFrom("0:0", "1:", "4:5", "0:", "1:5");
  const anyNodeOverride: fc.Arbitrary<NodePropertyOverride> = fc
    .tuple(anyTarget, anyOverride)
    .map(([targetNodes, containerOverrides]) => ({ targetNodes, containerOverrides }));

  test("change nothing more the second time", () => {
    fc.assert(
      fc.property(anyNodeOverride, (override) => {
        const overrides = { nodePropertyOverrides: [override] };
        const once = accepted(applyNodeOverrides(NODES, overrides));
        expect(applyNodeOverrides(once, overrides)).toEqual(once);
      }),
    );
  });

  test("of nodes reach the tasks that these run", () => {
    const range = { container: undefined, ecsProperties: ecsProperties([taskContainer("one")]) };
    const nodes = nodeProperties(2, [nodeRange("0:0", range), nodeRange("1:1", range)]);
    const ecsPropertiesOverride = { taskProperties: [{ containers: [{ name: "one", command: ["x"] }] }] };
    const overrides = { nodePropertyOverrides: [{ targetNodes: "1:1", ecsPropertiesOverride }] };
    const { nodeRangeProperties } = accepted(applyNodeOverrides(nodes, overrides));
    expect(
      nodeRangeProperties.map((one) => one.ecsProperties?.taskProperties[0]?.containers[0]?.command),
    ).toEqual([undefined, ["x"]]);
  });

  test("of several are those of one after the other", () => {
    fc.assert(
      fc.property(fc.array(anyNodeOverride, { maxLength: 4 }), (nodePropertyOverrides) => {
        const atOnce = applyNodeOverrides(NODES, { nodePropertyOverrides });
        const inTurn = nodePropertyOverrides.reduce(
          (nodes, override) => accepted(applyNodeOverrides(nodes, { nodePropertyOverrides: [override] })),
          NODES,
        );
        expect(atOnce).toEqual(inTurn);
      }),
    );
  });
});

describe("parameters", () => {
  const anyParameters = fc.dictionary(name, value, { noNullPrototype: true });

  test("of a submission win, and those that it does not name stay", () => {
    fc.assert(
      fc.property(anyParameters, anyParameters, (own, overriding) => {
        const merged = mergeParameters(own, overriding);
        expect(mergeParameters(merged, overriding)).toEqual(merged);
        const wanted = new Map([...Object.entries(own), ...Object.entries(overriding)]);
        expect(new Map(Object.entries(merged))).toEqual(wanted);
      }),
    );
  });

  test("are found under their own names only, whatever these are", () => {
    fc.assert(
      fc.property(anyParameters, name, (parameters, wanted) => {
        const substituted = substituteParameters([`Ref::${wanted}`], parameters);
        const isThere = Object.hasOwn(parameters, wanted);
        expect(Array.isArray(substituted)).toBe(isThere);
        if (isThere)
          expect(substituted).toEqual([Object.entries(parameters).find(([key]) => key === wanted)?.[1]]);
      }),
    );
  });
});

/** The task with the container "one" overridden. */
function applyToTask(task: EcsProperties, members: TaskContainerOverrides): EcsProperties {
  const override = { taskProperties: [{ containers: [{ ...members, name: "one" }] }] };
  return accepted(applyEcsOverride(task, override, "override"));
}

/** The same for a pod. */
function applyToPod(pod: EksProperties, members: EksContainerOverride): EksProperties {
  const override = { podProperties: { containers: [{ ...members, name: "one" }] } };
  return accepted(applyEksOverride(pod, override, "override"));
}
