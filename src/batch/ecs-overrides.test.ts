import { describe, expect, test } from "vitest";
import { requirements } from "../../test/support/batch-values.ts";
import { ecsProperties, taskContainer } from "../../test/support/workload-values.ts";
import type { EcsPropertiesOverride, TaskContainerOverrides } from "../model/batch.ts";
import { applyEcsOverride, substituteInTask } from "./ecs-overrides.ts";
import { Refusal } from "./refusal.ts";

const PATH = "ecsPropertiesOverride";
const MAIN = taskContainer("main", { command: ["run"], environment: [{ name: "A", value: "1" }] });
const SIDE = taskContainer("side");

function overrideOf(...containers: TaskContainerOverrides[]): EcsPropertiesOverride {
  return { taskProperties: [{ containers }] };
}

describe("applyEcsOverride", () => {
  test("merges each entry into the container of its name (section 16, lines 20 and 21)", () => {
    const override = overrideOf({
      name: "main",
      command: ["sh"],
      environment: [
        { name: "A", value: "2" },
        { name: "B", value: "3" },
      ],
      resourceRequirements: [{ type: "MEMORY", value: "256" }],
    });
    expect(applyEcsOverride(ecsProperties([MAIN, SIDE], { ipcMode: "host" }), override, PATH)).toEqual(
      ecsProperties(
        [
          {
            ...MAIN,
            command: ["sh"],
            environment: [
              { name: "A", value: "2" },
              { name: "B", value: "3" },
            ],
            resourceRequirements: requirements("1", "256"),
          },
          SIDE,
        ],
        { ipcMode: "host" },
      ),
    );
  });

  test("needs no name where there is one container", () => {
    const properties = ecsProperties([MAIN]);
    expect(applyEcsOverride(properties, overrideOf({ command: ["sh"] }), PATH)).toEqual(
      ecsProperties([{ ...MAIN, command: ["sh"] }]),
    );
  });

  test.each<EcsPropertiesOverride[]>([[{}], [{ taskProperties: [] }], [overrideOf()]])(
    "changes nothing for %j",
    (override) => {
      const properties = ecsProperties([MAIN, SIDE]);
      expect(applyEcsOverride(properties, override, PATH)).toEqual(properties);
    },
  );

  const at = `${PATH}.taskProperties[0].containers[0]`;
  test.each<[name: string, override: EcsPropertiesOverride, text: string]>([
    [
      "two tasks",
      { taskProperties: [{}, {}] },
      "ecsPropertiesOverride.taskProperties must have at most 1 entry, got 2",
    ],
    ["no name among several", overrideOf({ command: ["x"] }), `${at}.name is required`],
    [
      "a name that there is not",
      overrideOf({ name: "nobody" }),
      `${at}.name must name a container of the job definition, got nobody`,
    ],
    ["an empty argument", overrideOf({ name: "main", command: [""] }), `${at}.command[0] must not be empty`],
    [
      "a reserved variable (section 16, line 20)",
      overrideOf({ name: "main", environment: [{ name: "AWS_BATCH_X" }] }),
      `${at}.environment[0].name must not begin with AWS_BATCH, got AWS_BATCH_X`,
    ],
  ])("refuses %s", (_name, override, text) => {
    expect(applyEcsOverride(ecsProperties([MAIN, SIDE]), override, PATH)).toEqual(Refusal.bare(text));
  });
});

test("references are replaced in the command of each container, or refused (section 16, line 18)", () => {
  const properties = ecsProperties([
    taskContainer("a", { command: ["cat", "Ref::file"] }),
    taskContainer("b", { command: ["Ref::file"] }),
  ]);
  expect(substituteInTask(properties, { file: "x" })).toEqual(
    ecsProperties([taskContainer("a", { command: ["cat", "x"] }), taskContainer("b", { command: ["x"] })]),
  );
  expect(substituteInTask(properties, {})).toEqual(
    Refusal.bare("Unable to substitute value. No parameter found for reference file"),
  );
});
