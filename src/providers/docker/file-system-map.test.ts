import { describe, expect, test } from "vitest";
import type { Volume } from "../../model/batch.ts";
import { type FileSystemMap, findFolder, parseFileSystemMapping } from "./file-system-map.ts";

describe("parseFileSystemMapping", () => {
  test.each([
    ["fs-0123=/srv/efs", "fs-0123", "/srv/efs"],
    ["fs-0123/fsap-9=/srv/a=b", "fs-0123/fsap-9", "/srv/a=b"],
  ])("reads %s", (text, id, folder) => {
    expect(parseFileSystemMapping(text)).toEqual({ id, folder });
  });

  test.each(["", "fs-1", "=/srv", "fs-1=", "fs-1=srv", "fs-1=/srv:ro", "fs 1=/srv", "fs-1/a/b=/srv"])(
    "refuses %j",
    (text) => {
      expect(parseFileSystemMapping(text)).toEqual({
        problem: `--efs-map must be ID=FOLDER, as in fs-0123=/srv/efs or fs-0123/fsap-0456=/srv/app, got ${text}`,
      });
    },
  );
});

const MAP: FileSystemMap = [
  { id: "fs-1", folder: "/srv/one" },
  { id: "fs-1/fsap-2", folder: "/srv/point" },
];
const S3_ARN = "arn:aws:s3files:us-east-1:000000000000:file-system/fs-1";

describe("findFolder", () => {
  test.each<[name: string, volume: Omit<Volume, "name">, folder: string | undefined]>([
    ["of the host", { host: { sourcePath: "/data" } }, undefined],
    ["of EFS", efs({}), "/srv/one/"],
    ["with a root", efs({ rootDirectory: "/a/b" }), "/srv/one/a/b"],
    ["whose root leads out", efs({ rootDirectory: "../../etc" }), "/srv/one/etc"],
    ["of an access point", efs({ authorizationConfig: { accessPointId: "fsap-2" } }), "/srv/point/"],
    ["of S3 Files", { s3filesVolumeConfiguration: { fileSystemArn: S3_ARN } }, "/srv/one/"],
    [
      "of an access point of S3 Files",
      {
        s3filesVolumeConfiguration: {
          fileSystemArn: S3_ARN,
          accessPointArn: `${S3_ARN}/access-point/fsap-2`,
        },
      },
      "/srv/point/",
    ],
  ])("finds that of a volume %s", (_name, volume, folder) => {
    expect(findFolder({ name: "data", ...volume }, MAP)).toEqual(
      folder === undefined ? undefined : { folder },
    );
  });

  test.each([
    ["fs-1/fsap-3", "fsap-3"],
    ["fs-1", undefined],
  ])("says how to give one to %s", (id, accessPointId) => {
    const map = accessPointId === undefined ? [] : MAP;
    expect(findFolder({ name: "data", ...efs({ authorizationConfig: { accessPointId } }) }, map)).toEqual({
      failure:
        `ResourceInitializationError: volume data is ${id} on Amazon EFS: say where its files are on the machine of ` +
        `the container engine: --efs-map ${id}=FOLDER`,
    });
  });
});

function efs(
  more: Omit<NonNullable<Volume["efsVolumeConfiguration"]>, "fileSystemId">,
): Omit<Volume, "name"> {
  return { efsVolumeConfiguration: { fileSystemId: "fs-1", ...more } };
}
