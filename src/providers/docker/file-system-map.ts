import { posix } from "node:path";
import type { Volume } from "../../model/batch.ts";

/** Folders that stand for file systems of AWS. */
export type FileSystemMap = readonly FileSystemMapping[];

export interface FileSystemMapping {
  /** `fs-…`, or `fs-…/fsap-…` for an access point of it. */
  readonly id: string;
  /** On the engine's machine, absolute. */
  readonly folder: string;
}

const ID = /^[A-Za-z0-9-]+(?:\/[A-Za-z0-9-]+)?$/;

/** The mapping that `ID=FOLDER` asks for, or the sentence that says what is wrong with it. */
export function parseFileSystemMapping(text: string): FileSystemMapping | { readonly problem: string } {
  const at = text.indexOf("=");
  const [id, folder] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  // A colon would end the folder where the engine reads it.
  if (ID.test(id) && posix.isAbsolute(folder) && !folder.includes(":")) return { id, folder };
  return {
    problem: `--efs-map must be ID=FOLDER, as in fs-0123=/srv/efs or fs-0123/fsap-0456=/srv/app, got ${text}`,
  };
}

/** A volume of Amazon EFS or Amazon S3 Files, as far as that says where its files are. */
interface RemoteVolume {
  readonly service: string;
  readonly id: string;
  readonly rootDirectory: string | undefined;
}

/**
 * Says which folder stands for a volume; undefined for one that is on no file system of AWS.
 *
 * An access point has a root of its own that nobody here knows, so it has a mapping of its own.
 */
export function findFolder(
  volume: Volume,
  map: FileSystemMap,
): { readonly folder: string } | { readonly failure: string } | undefined {
  const remote = remoteOf(volume);
  if (remote === undefined) return undefined;
  const { service, id, rootDirectory = "/" } = remote;
  const mapping = map.find((each) => each.id === id);
  if (mapping === undefined) {
    const hint = `say where its files are on the machine of the container engine: --efs-map ${id}=FOLDER`;
    return { failure: `ResourceInitializationError: volume ${volume.name} is ${id} on ${service}: ${hint}` };
  }
  return { folder: posix.join(mapping.folder, posix.resolve("/", rootDirectory)) };
}

function remoteOf({
  efsVolumeConfiguration: efs,
  s3filesVolumeConfiguration: s3,
}: Volume): RemoteVolume | undefined {
  if (efs !== undefined) {
    const id = joinId(efs.fileSystemId, efs.authorizationConfig?.accessPointId);
    return { service: "Amazon EFS", id, rootDirectory: efs.rootDirectory };
  }
  if (s3 === undefined) return undefined;
  const id = joinId(lastPart(s3.fileSystemArn), s3.accessPointArn && lastPart(s3.accessPointArn));
  return { service: "Amazon S3 Files", id, rootDirectory: s3.rootDirectory };
}

function joinId(fileSystem: string, accessPoint: string | undefined): string {
  return accessPoint === undefined || accessPoint === "" ? fileSystem : `${fileSystem}/${accessPoint}`;
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
