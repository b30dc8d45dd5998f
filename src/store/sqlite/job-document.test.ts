import { expect, test } from "vitest";
import { accepted, registerDefinition, submit } from "../../../test/support/batch-values.ts";
import {
  ecsProperties,
  eksContainer,
  eksProperties,
  nodeProperties,
  nodeRange,
  taskContainer,
} from "../../../test/support/workload-values.ts";
import type { RegisterJobDefinitionRequest } from "../../model/batch.ts";
import { documentText, jobOf } from "./job-document.ts";
import type { JobDocument } from "./job-document.ts";

test.each<[name: string, members: Partial<RegisterJobDefinitionRequest>]>([
  ["a container", {}],
  ["a task", { containerProperties: undefined, ecsProperties: ecsProperties([taskContainer("a")]) }],
  ["a pod", { containerProperties: undefined, eksProperties: eksProperties([eksContainer()]) }],
  [
    "nodes",
    {
      type: "multinode",
      containerProperties: undefined,
      nodeProperties: nodeProperties(1000, [nodeRange("0"), nodeRange("1:")]),
    },
  ],
])("a job of %s comes back from its document as it was, which is never long", (_name, members) => {
  const job = accepted(submit(registerDefinition(members)));
  const text = documentText(job);
  // What the store does with it.
  expect(jobOf(JSON.parse(text) as JobDocument, job)).toEqual(job);
  expect(text.length).toBeLessThan(1500);
});
