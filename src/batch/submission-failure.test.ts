import { describe, expect, test } from "vitest";
import { submissionRequest } from "../../test/support/batch-values.ts";
import type { SubmitJobRequest } from "../model/batch.ts";
import { findSubmissionFailure } from "./submission-failure.ts";

const PLAIN = { propagateTags: false, tags: {} };

/** `{"command":["…"]}` of so many characters. */
function overridesOf(length: number): { readonly command: readonly string[] } {
  return { command: ["x".repeat(length - '{"command":[""]}'.length)] };
}

function tags(prefix: string, count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, ""]));
}

describe("findSubmissionFailure", () => {
  const tooLong = "Container Overrides length must be at most 8192";
  test.each<[name: string, request: Partial<SubmitJobRequest>, expected: string | undefined]>([
    ["no overrides", {}, undefined],
    ["overrides of 8,192 characters", { containerOverrides: overridesOf(8192) }, undefined],
    ["overrides of 8,193 characters", { containerOverrides: overridesOf(8193) }, tooLong],
    [
      "overrides of a task",
      { ecsPropertiesOverride: { taskProperties: [{ containers: [overridesOf(8192)] }] } },
      tooLong,
    ],
    [
      "overrides of nodes",
      {
        nodeOverrides: {
          nodePropertyOverrides: [{ targetNodes: "0", containerOverrides: overridesOf(9000) }],
        },
      },
      tooLong,
    ],
    [
      "overrides of nodes that are long together only",
      {
        nodeOverrides: {
          nodePropertyOverrides: [
            { targetNodes: "0", containerOverrides: overridesOf(8000) },
            { targetNodes: "1", containerOverrides: overridesOf(8000) },
          ],
        },
      },
      undefined,
    ],
    [
      "overrides of a pod, which ECS never sees",
      { eksPropertiesOverride: { podProperties: { containers: [overridesOf(9000)] } } },
      undefined,
    ],
  ])("for %s", (_name, request, expected) => {
    expect(findSubmissionFailure(submissionRequest(request), { tags: {} }, PLAIN)).toBe(expected);
  });

  test.each<[ofDefinition: object, ofJob: object, propagateTags: boolean, expected: string | undefined]>([
    [tags("a", 25), tags("b", 25), true, undefined],
    [tags("a", 50), tags("a", 50), true, undefined],
    [tags("a", 26), tags("b", 25), false, undefined],
    [
      tags("a", 26),
      tags("b", 25),
      true,
      "Tags of the job and its job definition must be at most 50 to be propagated, got 51",
    ],
  ])("for tags: %#", (ofDefinition, ofJob, propagateTags, expected) => {
    const job = { propagateTags, tags: { ...ofJob } };
    expect(findSubmissionFailure(submissionRequest(), { tags: { ...ofDefinition } }, job)).toBe(expected);
  });
});
