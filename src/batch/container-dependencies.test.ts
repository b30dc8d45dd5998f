import { describe, expect, test } from "vitest";
import { taskContainer } from "../../test/support/workload-values.ts";
import type { TaskContainerDependency, TaskContainerProperties } from "../model/batch.ts";
import { checkContainerDependencies } from "./container-dependencies.ts";
import { Refusal } from "./refusal.ts";

const HELPER = taskContainer("helper", { essential: false });

function check(containers: readonly TaskContainerProperties[]): Refusal | undefined {
  return checkContainerDependencies(containers, "containers");
}

/** A container `main` that waits, beside an essential one and one that is not. */
function withDependency(...dependsOn: TaskContainerDependency[]): readonly TaskContainerProperties[] {
  return [taskContainer("main", { dependsOn }), taskContainer("other"), HELPER];
}

function waitsFor(name: string, ...names: string[]): TaskContainerProperties {
  return taskContainer(name, {
    dependsOn: names.map((containerName) => ({ containerName, condition: "START" })),
  });
}

describe("checkContainerDependencies", () => {
  test.each<TaskContainerDependency[][]>([
    [[]],
    [[{ containerName: "other", condition: "START" }]],
    [
      [
        { containerName: "helper", condition: "COMPLETE" },
        { containerName: "helper", condition: "SUCCESS" },
      ],
    ],
  ])("takes %j", (dependsOn) => {
    expect(check(withDependency(...dependsOn))).toBeUndefined();
  });

  test.each<[dependency: TaskContainerDependency, refusal: Refusal]>([
    [{ condition: "START" }, Refusal.bare("containers[0].dependsOn[0].containerName is required")],
    [{ containerName: "helper" }, Refusal.bare("containers[0].dependsOn[0].condition is required")],
    [
      { containerName: "helper", condition: "HEALTHY" },
      Refusal.wrapped(
        "TaskContainer dependency HEALTHY is not valid. Valid values are: [START, COMPLETE, SUCCESS]",
      ),
    ],
    [
      { containerName: "nobody", condition: "START" },
      Refusal.wrapped("containerName nobody must reference a defined container."),
    ],
    ...["COMPLETE", "SUCCESS"].map((condition): [TaskContainerDependency, Refusal] => [
      { containerName: "other", condition },
      Refusal.wrapped(
        `The container target of a dependency can not have condition ${condition} if the target is essential`,
      ),
    ]),
    [
      { containerName: "main", condition: "START" },
      Refusal.bare("containers must not wait for each other in a circle, got main"),
    ],
  ])("refuses %j", (dependency, refusal) => {
    expect(check(withDependency(dependency))).toEqual(refusal);
  });

  test("refuses one that waits where there is no other", () => {
    const alone = taskContainer("main", { dependsOn: [{ containerName: "main", condition: "START" }] });
    expect(check([alone])).toEqual(
      Refusal.wrapped("Container dependency can not be used in a single-container job."),
    );
  });

  test("finds a circle behind others that can start", () => {
    const line = [waitsFor("d", "c"), waitsFor("c", "b", "a"), waitsFor("b", "a"), taskContainer("a")];
    expect(check(line)).toBeUndefined();
    expect(check([...line, waitsFor("x", "a", "y"), waitsFor("y", "z"), waitsFor("z", "x")])).toEqual(
      Refusal.bare("containers must not wait for each other in a circle, got x, y, z"),
    );
  });
});
