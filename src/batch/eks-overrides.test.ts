import { describe, expect, test } from "vitest";
import { accepted } from "../../test/support/batch-values.ts";
import { eksContainer, eksProperties } from "../../test/support/workload-values.ts";
import type { EksContainerOverride, EksPodPropertiesOverride, EksProperties } from "../model/batch.ts";
import { applyEksOverride, substituteInPod } from "./eks-overrides.ts";
import { parseEksProperties } from "./eks-properties.ts";
import { Refusal } from "./refusal.ts";

const PATH = "eksPropertiesOverride";
const ALONE = registered([eksContainer({ command: ["run"], env: [{ name: "A", value: "1" }] })]);
const TWO = registered([eksContainer({ name: "main" }), eksContainer({ name: "side" })]);

function registered(...[containers, pod]: Parameters<typeof eksProperties>): EksProperties {
  return accepted(parseEksProperties(eksProperties(containers, pod), "eksProperties"));
}

function override(properties: EksProperties, podProperties: EksPodPropertiesOverride) {
  return applyEksOverride(properties, { podProperties }, PATH);
}

describe("applyEksOverride", () => {
  test.each<[name: string, override: EksContainerOverride, changed: object]>([
    ["an image", { image: "alpine" }, { image: "alpine" }],
    ["command and arguments", { command: ["sh"], args: ["-c"] }, { command: ["sh"], args: ["-c"] }],
    ["by the name that it has without one", { name: "Default", args: ["x"] }, { args: ["x"] }],
    [
      "variables by name (section 16, line 20)",
      {
        env: [
          { name: "B", value: "2" },
          { name: "A", value: "3" },
        ],
      },
      {
        env: [
          { name: "A", value: "3" },
          { name: "B", value: "2" },
        ],
      },
    ],
    [
      "resources by type, in both places (section 16, line 21)",
      { resources: { requests: { memory: "256Mi" } } },
      { resources: { limits: { cpu: "1" }, requests: { memory: "256Mi" } } },
    ],
    ["nothing", {}, {}],
  ])("overrides %s", (_name, one, changed) => {
    expect(override(ALONE, { containers: [one] })).toEqual({
      podProperties: {
        ...ALONE.podProperties,
        containers: [{ ...ALONE.podProperties?.containers?.[0], ...changed }],
      },
    });
  });

  test("overrides the container of the name only, and those that run before", () => {
    const properties = registered(TWO.podProperties?.containers ?? [], {
      initContainers: [eksContainer({ name: "first" })],
    });
    const overridden = override(properties, {
      containers: [{ name: "side", image: "alpine" }],
      initContainers: [{ image: "debian" }],
    });
    expect(overridden).toMatchObject({
      podProperties: {
        containers: [{ image: "busybox" }, { image: "alpine" }],
        initContainers: [{ image: "debian" }],
      },
    });
  });

  test("merges metadata key by key", () => {
    const properties = registered([eksContainer()], {
      metadata: { labels: { a: "1", b: "2" }, namespace: "n" },
    });
    expect(override(properties, { metadata: { labels: { b: "3" }, annotations: { c: "4" } } })).toMatchObject(
      {
        podProperties: {
          metadata: { labels: { a: "1", b: "3" }, annotations: { c: "4" }, namespace: "n" },
        },
      },
    );
  });

  test.each<[name: string, properties: EksProperties, override: EksPodPropertiesOverride, refusal: Refusal]>([
    [
      "no name among several",
      TWO,
      { containers: [{ image: "x" }] },
      Refusal.bare(
        `${PATH}.podProperties.containers[0].name must name a container of the job definition, got none`,
      ),
    ],
    [
      "a name that there is not",
      ALONE,
      { containers: [{ name: "nobody" }] },
      Refusal.bare(
        `${PATH}.podProperties.containers[0].name must name a container of the job definition, got nobody`,
      ),
    ],
    [
      "a reserved variable (section 16, line 20)",
      ALONE,
      { containers: [{ env: [{ name: "AWS_BATCH_X" }] }] },
      Refusal.bare(
        `${PATH}.podProperties.containers[0].env[0].name must not begin with AWS_BATCH, got AWS_BATCH_X`,
      ),
    ],
    [
      "a value that there is not",
      ALONE,
      { containers: [{ resources: { limits: { cpu: "100m" } } }] },
      Refusal.wrapped("Value 100m for type cpu in resources is not valid. Provide a valid number and unit."),
    ],
    [
      "the default namespace",
      ALONE,
      { metadata: { namespace: "default" } },
      Refusal.wrapped("kubernetesNamespace cannot be the default Kubernetes namespace."),
    ],
  ])("refuses %s", (_name, properties, podOverride, refusal) => {
    expect(override(properties, podOverride)).toEqual(refusal);
  });
});

test("references are replaced in commands and arguments, or refused (section 16, line 18)", () => {
  const initContainers = [eksContainer({ name: "first", args: ["Ref::b"] })];
  const properties = registered([eksContainer({ command: ["Ref::a"], args: ["x", "Ref::b"] })], {
    initContainers,
  });
  expect(substituteInPod(properties, { a: "1", b: "2" })).toMatchObject({
    podProperties: { containers: [{ command: ["1"], args: ["x", "2"] }], initContainers: [{ args: ["2"] }] },
  });
  expect(substituteInPod(properties, { a: "1" })).toEqual(
    Refusal.bare("Unable to substitute value. No parameter found for reference b"),
  );
});
