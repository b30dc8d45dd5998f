import type { EksContainerVolumeMount, EksVolume } from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import { Refusal } from "./refusal.ts";

/**
 * Checks the volumes of a pod (specification 4.13). AWS's texts, as recorded in
 * https://github.com/badmintoncryer/cdk-preflight (rules/batch); those with a path are ours.
 */
export function checkEksVolumes(volumes: readonly EksVolume[], path: string): Refusal | undefined {
  const names = volumes.map(({ name }) => name);
  return firstRefusal(volumes, (volume, index) => {
    const at = `${path}[${index}]`;
    return (
      checkName(volume.name, names.slice(0, index), at) ?? checkKind(volume, at) ?? checkMembers(volume, at)
    );
  });
}

/** Checks that each mount of a container names one of the pod's volumes and says where. */
export function checkVolumeMounts(
  volumeMounts: readonly EksContainerVolumeMount[],
  volumes: readonly EksVolume[],
  path: string,
): Refusal | undefined {
  return firstRefusal(volumeMounts, ({ name, mountPath }, index) => {
    if (!volumes.some((volume) => volume.name === name)) {
      return Refusal.wrapped("The volumeMounts name is required for eksProperties.");
    }
    if (mountPath !== undefined && mountPath !== "") return undefined;
    return Refusal.bare(`${path}.volumeMounts[${index}].mountPath is required`);
  });
}

/** A label of DNS. https://kubernetes.io/docs/concepts/storage/volumes/ */
const VOLUME_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const SIZE_LIMIT = /^\d{1,9}Mi$/;
const KINDS = ["hostPath", "emptyDir", "secret", "persistentVolumeClaim"] as const;

function checkName(name: string, earlier: readonly string[], path: string): Refusal | undefined {
  if (!VOLUME_NAME.test(name)) {
    return Refusal.bare(`${path}.name must be 1 to 63 lower-case letters, digits and hyphens, got ${name}`);
  }
  if (earlier.includes(name)) return Refusal.bare(`${path}.name must be given once, got ${name} again`);
  return undefined;
}

function checkKind(volume: EksVolume, path: string): Refusal | undefined {
  const given = KINDS.filter((kind) => volume[kind] !== undefined);
  if (given.length === 1) return undefined;
  return Refusal.bare(
    `${path} must have exactly one of ${KINDS.join(", ")}, got ${given.join(" and ") || "none"}`,
  );
}

function checkMembers(
  { hostPath, emptyDir, secret, persistentVolumeClaim }: EksVolume,
  path: string,
): Refusal | undefined {
  if (hostPath !== undefined && (hostPath.path ?? "") === "") {
    return Refusal.bare(`${path}.hostPath.path is required`);
  }
  const { medium = "", sizeLimit } = emptyDir ?? {};
  if (medium !== "" && medium !== "Memory") {
    return Refusal.wrapped("Invalid Volume mount. Allowed values - Memory or null.");
  }
  if (sizeLimit !== undefined && !SIZE_LIMIT.test(sizeLimit)) {
    return Refusal.wrapped("Invalid empty dir size limit.");
  }
  if (secret?.secretName === "") return Refusal.bare(`${path}.secret.secretName must not be empty`);
  if (persistentVolumeClaim?.claimName !== "") return undefined;
  return Refusal.bare(`${path}.persistentVolumeClaim.claimName must not be empty`);
}
