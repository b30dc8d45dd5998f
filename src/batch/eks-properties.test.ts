import { describe, expect, test } from "vitest";
import {
  EKS_CONTAINER_ADDED,
  eksContainer,
  eksProperties,
  POD_ADDED,
} from "../../test/support/workload-values.ts";
import type { EksContainer, EksMetadata, EksPodProperties, EksVolume } from "../model/batch.ts";
import { parseEksProperties } from "./eks-properties.ts";
import { Refusal } from "./refusal.ts";

const POD = "eksProperties.podProperties";
const CONTAINER = `${POD}.containers[0]`;

function parse(container: Partial<EksContainer>, pod: Partial<EksPodProperties> = {}) {
  return parseEksProperties(eksProperties([eksContainer(container)], pod), "eksProperties");
}

function metadata(members: EksMetadata): Partial<EksPodProperties> {
  return { metadata: members };
}

function volume(members: Partial<EksVolume>): Partial<EksPodProperties> {
  return { volumes: [{ name: "v", ...members }] };
}

describe("parseEksProperties takes", () => {
  test("a pod and adds what AWS adds, a DNS policy not (section 16, line 10)", () => {
    expect(
      parse({ imagePullPolicy: "Never" }, { initContainers: [eksContainer({ name: "first" })] }),
    ).toEqual({
      podProperties: {
        ...POD_ADDED,
        containers: [{ ...eksContainer(), ...EKS_CONTAINER_ADDED, imagePullPolicy: "Never" }],
        initContainers: [{ ...eksContainer(), ...EKS_CONTAINER_ADDED, name: "first" }],
      },
    });
  });

  test("all that a pod may have, as it was given", () => {
    const pod = {
      serviceAccountName: "batch",
      hostNetwork: false,
      dnsPolicy: "ClusterFirst",
      imagePullSecrets: [{ name: "registry" }],
      shareProcessNamespace: true,
      initContainers: [{ name: "first", image: "busybox" }],
      metadata: {
        namespace: "jobs",
        labels: { team: "a", "example.com/long-key": "" },
        annotations: { note: "x".repeat(255) },
      },
      volumes: [
        { name: "scratch", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
        { name: "disk", emptyDir: { medium: "" } },
        { name: "host", hostPath: { path: "/data" } },
        { name: "keys", secret: { secretName: "keys", optional: true } },
        { name: "claim", persistentVolumeClaim: { claimName: "c", readOnly: true } },
      ],
    };
    const container = {
      name: "main",
      command: ["sh"],
      args: ["-c", "true"],
      env: [{ name: "A", value: "$(B)" }],
      volumeMounts: [{ name: "scratch", mountPath: "/s", subPath: "x", readOnly: true }],
      securityContext: { runAsUser: 1000, privileged: false },
    };
    expect(parse(container, pod)).toEqual({
      podProperties: {
        ...pod,
        containers: [{ ...eksContainer(), ...container }],
        initContainers: [{ name: "first", image: "busybox", ...EKS_CONTAINER_ADDED }],
      },
    });
  });
});

describe("parseEksProperties refuses", () => {
  test.each([[{}], [{ podProperties: {} }], [eksProperties([])]])("%j, without containers", (properties) => {
    expect(parseEksProperties(properties, "eksProperties")).toEqual(
      Refusal.wrapped("Containers must be provided for Batch on EKS jobs."),
    );
  });

  test("11 containers, of either kind", () => {
    const many = Array.from({ length: 11 }, (_, index) => eksContainer({ name: `c${index}` }));
    expect(parseEksProperties(eksProperties(many), "eksProperties")).toEqual(
      Refusal.bare(`${POD}.containers must have at most 10 entries, got 11`),
    );
    expect(parse({}, { initContainers: many })).toEqual(
      Refusal.bare(`${POD}.initContainers must have at most 10 entries, got 11`),
    );
  });

  test.each<[name: string, container: Partial<EksContainer>, refusal: Refusal]>([
    ["no image", { image: "" }, Refusal.bare(`${CONTAINER}.image is required`)],
    [
      "a name of strange characters",
      { name: "a b" },
      Refusal.bare(`${CONTAINER}.name must be 1 to 63 letters, digits and hyphens, got a b`),
    ],
    [
      "another pull policy",
      { imagePullPolicy: "Sometimes" },
      Refusal.wrapped("Unsupported image pull policy value."),
    ],
    [
      "a reserved variable (section 16, line 20)",
      { env: [{ name: "AWS_BATCH_X" }] },
      Refusal.bare(`${CONTAINER}.env[0].name must not begin with AWS_BATCH, got AWS_BATCH_X`),
    ],
    [
      "an argument that cannot be passed on",
      { args: ["\0"] },
      Refusal.bare(`${CONTAINER}.args[0] must not contain a null character`),
    ],
    ["no resources", { resources: undefined }, Refusal.wrapped("cpu and memory resources must be provided.")],
    [
      "bad resources",
      { resources: { limits: { cpu: "1", memory: "1Gi" } } },
      Refusal.wrapped("Value 1Gi for type memory is not valid."),
    ],
    [
      "a mount of no volume",
      { volumeMounts: [{ name: "data", mountPath: "/d" }] },
      Refusal.wrapped("The volumeMounts name is required for eksProperties."),
    ],
  ])("%s", (_name, container, refusal) => {
    expect(parse(container)).toEqual(refusal);
  });

  const long = "x".repeat(256);
  test.each<[name: string, pod: Partial<EksPodProperties>, refusal: Refusal]>([
    ["another DNS policy", { dnsPolicy: "None" }, Refusal.wrapped("Unsupported DNS policy value.")],
    [
      "a pull secret without a name",
      { imagePullSecrets: [{ name: "" }] },
      Refusal.bare(`${POD}.imagePullSecrets[0].name must not be empty`),
    ],
    [
      "a name twice, across both kinds",
      { initContainers: [eksContainer()] },
      Refusal.wrapped("The container name: Default must be unique in multi-container job."),
    ],
    [
      "the default namespace",
      metadata({ namespace: "default" }),
      Refusal.wrapped("kubernetesNamespace cannot be the default Kubernetes namespace."),
    ],
    [
      "Kubernetes' own namespace",
      metadata({ namespace: "kube-system" }),
      Refusal.wrapped("kubernetesNamespace cannot be a reserved Kubernetes system namespace."),
    ],
    [
      "a long namespace",
      metadata({ namespace: "n".repeat(64) }),
      Refusal.wrapped("kubernetesNamespace must less than or equal to 63 characters long."),
    ],
    [
      "a namespace of strange characters",
      metadata({ namespace: "Jobs" }),
      Refusal.wrapped("kubernetesNamespace must be a valid Kubernetes namespace."),
    ],
    [
      "a label's key",
      metadata({ labels: { "-a": "1" } }),
      Refusal.wrapped("The name -a of the pod label key does not match a valid pattern."),
    ],
    [
      "a label of Batch",
      metadata({ labels: { "batch.amazonaws.com/job-id": "1" } }),
      Refusal.bare(
        `${POD}.metadata.labels: a key must not begin with batch.amazonaws.com/, which is reserved, got batch.amazonaws.com/job-id`,
      ),
    ],
    [
      "a label's value",
      metadata({ labels: { a: "v".repeat(64) } }),
      Refusal.wrapped(`The pod label value ${"v".repeat(64)} does not match a valid pattern.`),
    ],
    [
      "an annotation's value",
      metadata({ annotations: { a: long } }),
      Refusal.wrapped(`Metadata annotation value ${long} cannot be longer than 255 characters.`),
    ],
    [
      "a volume's name",
      volume({ name: "V", hostPath: { path: "/" } }),
      Refusal.bare(`${POD}.volumes[0].name must be 1 to 63 lower-case letters, digits and hyphens, got V`),
    ],
    [
      "a volume of no kind",
      volume({}),
      Refusal.bare(
        `${POD}.volumes[0] must have exactly one of hostPath, emptyDir, secret, persistentVolumeClaim, got none`,
      ),
    ],
    [
      "a volume's name twice",
      {
        volumes: [
          { name: "v", emptyDir: {} },
          { name: "v", emptyDir: {} },
        ],
      },
      Refusal.bare(`${POD}.volumes[1].name must be given once, got v again`),
    ],
    [
      "no path on the host",
      volume({ hostPath: {} }),
      Refusal.bare(`${POD}.volumes[0].hostPath.path is required`),
    ],
    [
      "another medium",
      volume({ emptyDir: { medium: "Disk" } }),
      Refusal.wrapped("Invalid Volume mount. Allowed values - Memory or null."),
    ],
    [
      "a size in another unit",
      volume({ emptyDir: { sizeLimit: "1Gi" } }),
      Refusal.wrapped("Invalid empty dir size limit."),
    ],
    [
      "a secret without a name",
      volume({ secret: { secretName: "" } }),
      Refusal.bare(`${POD}.volumes[0].secret.secretName must not be empty`),
    ],
    [
      "a claim without a name",
      volume({ persistentVolumeClaim: { claimName: "" } }),
      Refusal.bare(`${POD}.volumes[0].persistentVolumeClaim.claimName must not be empty`),
    ],
  ])("%s", (_name, pod, refusal) => {
    expect(parse({}, pod)).toEqual(refusal);
  });
});
