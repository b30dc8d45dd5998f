import type { ContainerProperties } from "../../model/batch.ts";
import { type FileSystemMap, findFolder } from "./file-system-map.ts";

export interface Mounts {
  /** `host:container`, with `:ro` behind; the engine makes a host's folder that is missing. */
  readonly Binds?: readonly string[];
  readonly Mounts?: readonly AnonymousVolume[];
}

/** Without a source the engine makes a volume that goes with its container, else one of that name if it is missing. */
interface AnonymousVolume {
  readonly Type: "volume";
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly: boolean;
  readonly VolumeOptions: { readonly Labels: Labels };
}

type Labels = Readonly<Record<string, string>>;

export interface MountOptions {
  /**
   * By which volumes are found that outlived their containers: an engine that is killed while it removes a container may
   * leave them.
   */
  readonly labels: Labels;
  readonly fileSystems: FileSystemMap;
  /** What a volume without a source is called, where several containers share it; undefined where none do. */
  readonly shareAs: (index: number) => string | undefined;
}

/**
 * Says what of the host is mounted where in the container, or why that cannot be (specification 4.9).
 */
export function createMounts(
  { volumes = [], mountPoints = [] }: ContainerProperties,
  { labels, fileSystems, shareAs }: MountOptions,
): Mounts | { readonly failure: string } {
  const folders: (string | undefined)[] = [];
  for (const volume of volumes) {
    const found = findFolder(volume, fileSystems);
    if (found !== undefined && "failure" in found) return found;
    folders.push(found?.folder ?? volume.host?.sourcePath);
  }
  const binds: string[] = [];
  const anonymous: AnonymousVolume[] = [];
  const mountedNames = new Set<string>();
  for (const { sourceVolume = "", containerPath = "", readOnly = false } of mountPoints) {
    const index = volumes.findIndex(({ name }) => name === sourceVolume);
    const sourcePath = folders[index] ?? "";
    if (sourcePath !== "") {
      binds.push(`${sourcePath}:${containerPath}${readOnly ? ":ro" : ""}`);
      continue;
    }
    const source = index === -1 ? undefined : shareAs(index);
    if (source === undefined && mountedNames.has(sourceVolume)) {
      return {
        failure: `InvalidVolumeError: volume ${sourceVolume} has no sourcePath, so it can be mounted once only`,
      };
    }
    mountedNames.add(sourceVolume);
    anonymous.push({
      Type: "volume",
      ...(source === undefined ? {} : { Source: source }),
      Target: containerPath,
      ReadOnly: readOnly,
      VolumeOptions: { Labels: labels },
    });
  }
  return {
    ...(binds.length === 0 ? {} : { Binds: binds }),
    ...(anonymous.length === 0 ? {} : { Mounts: anonymous }),
  };
}
