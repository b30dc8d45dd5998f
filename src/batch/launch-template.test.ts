import { describe, expect, test } from "vitest";
import type { LaunchTemplateSpecification, LaunchTemplateSpecificationOverride } from "../model/batch.ts";
import { EC2_CATALOGUE } from "./instance-catalogue.ts";
import { checkLaunchTemplate, normaliseLaunchTemplate } from "./launch-template.ts";
import { Refusal } from "./refusal.ts";

const TYPES = ["c5", "m5.large"];

describe("normaliseLaunchTemplate", () => {
  test("drops empty members", () => {
    const given = { launchTemplateId: "lt-1", launchTemplateName: "", version: "", overrides: [] };
    expect(normaliseLaunchTemplate(given)).toEqual({ launchTemplateId: "lt-1" });
  });

  test.each<LaunchTemplateSpecification | undefined>([
    undefined,
    {},
    { launchTemplateId: "" },
    { launchTemplateName: "", version: "$Latest" },
  ])("takes %j for none", (template) => {
    expect(normaliseLaunchTemplate(template)).toBeUndefined();
  });
});

describe("checkLaunchTemplate", () => {
  test.each<LaunchTemplateSpecification | undefined>([
    undefined,
    { launchTemplateId: "lt-1" },
    { launchTemplateName: "lt", version: "12" },
    { launchTemplateName: "lt", version: "$Default" },
    { overrides: [override(["c5.large", "c5.xlarge"]), override(["m5.large"])] },
    { launchTemplateId: "lt-1", overrides: [override(["c5"])] },
  ])("takes %j", (template) => {
    expect(checkLaunchTemplate(template, TYPES, EC2_CATALOGUE)).toBeUndefined();
  });

  test.each<[text: string, LaunchTemplateSpecification]>([
    [
      "One of LaunchTemplateId and LaunchTemplateName or LaunchTemplate.overrides should be provided",
      { launchTemplateId: "lt-1", launchTemplateName: "lt" },
    ],
    [
      "One of LaunchTemplateId and LaunchTemplateName or LaunchTemplate.overrides should be provided",
      { version: "1" },
    ],
    [
      "LaunchTemplateVersion must be either empty or a number or $Default or $Latest",
      { launchTemplateId: "lt-1", version: "latest" },
    ],
    [
      "LaunchTemplate.overrides size cannot be greater than 10",
      { overrides: Array.from({ length: 11 }, () => override(["c5"])) },
    ],
    [
      "LaunchTemplate.overrides should have either LaunchTemplateId or LaunchTemplateName",
      { overrides: [{ targetInstanceTypes: ["c5"] }] },
    ],
    [
      "LaunchTemplateVersion must be either empty or a number or $Default or $Latest",
      { overrides: [{ ...override(["c5"]), version: "v1" }] },
    ],
    ["LaunchTemplate.overrides.targetInstanceTypes[] is required", { overrides: [override([])] }],
    [
      "LaunchTemplate.overrides have targetInstanceTypes that do not match",
      { overrides: [override(["m5"])] },
    ],
    [
      "LaunchTemplate.overrides have targetInstanceTypes that do not match",
      { overrides: [override(["c5.gigantic"])] },
    ],
    [
      "LaunchTemplate.overrides have duplicate targetInstanceTypes",
      { overrides: [override(["c5"]), override(["c5.large"])] },
    ],
    [
      "LaunchTemplate.overrides have duplicate targetInstanceTypes",
      { overrides: [override(["c5.large", "c5.large"])] },
    ],
  ])("refuses with %j", (text, template) => {
    expect(checkLaunchTemplate(template, TYPES, EC2_CATALOGUE)).toEqual(Refusal.wrapped(text));
  });

  test("refuses a bundle as a target even where the environment launches it", () => {
    expect(checkLaunchTemplate({ overrides: [override(["optimal"])] }, ["optimal"], EC2_CATALOGUE)).toEqual(
      Refusal.wrapped("LaunchTemplate.overrides have targetInstanceTypes that do not match"),
    );
    expect(
      checkLaunchTemplate({ overrides: [override(["m6i"])] }, ["optimal"], EC2_CATALOGUE),
    ).toBeUndefined();
  });
});

function override(targetInstanceTypes: readonly string[]): LaunchTemplateSpecificationOverride {
  return { launchTemplateId: "lt-2", targetInstanceTypes };
}
