import { describe, expect, test } from "vitest";
import { type DiskLimits, type DiskUse, type FileSystemRoom, decideDisk } from "./disk-room.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const LIMITED: DiskLimits = { limitBytes: 10 * GIB };

function aUse(imageGib: number, more: Partial<DiskUse> = {}): DiskUse {
  return { imageBytes: imageGib * GIB, scratchBytes: 0, logBytes: 0, ...more };
}

function aFileSystem(freeGib: number, more: Partial<FileSystemRoom> = {}): FileSystemRoom {
  return { path: "/data", totalBytes: 100 * GIB, freeBytes: freeGib * GIB, hasImages: true, ...more };
}

describe("decideDisk", () => {
  interface Case {
    readonly use: DiskUse;
    readonly fileSystems?: readonly FileSystemRoom[];
    readonly limits?: DiskLimits;
    readonly excessGib: number;
  }

  test.each<[claim: string, Case]>([
    ["has nothing go without a limit", { use: aUse(90), fileSystems: [aFileSystem(10)], excessGib: 0 }],
    ["has nothing go below 90 % of the limit", { use: aUse(8.9), limits: LIMITED, excessGib: 0 }],
    ["has images go from 90 % on, down to 80 %", { use: aUse(9), limits: LIMITED, excessGib: 1 }],
    [
      "counts scratch and logs as well",
      { use: aUse(3, { scratchBytes: 3 * GIB, logBytes: 3 * GIB }), limits: LIMITED, excessGib: 1 },
    ],
    [
      "has nothing go while two reserves are free",
      { use: aUse(1), fileSystems: [aFileSystem(4)], excessGib: 0 },
    ],
    [
      "has images go until three reserves are free",
      { use: aUse(1), fileSystems: [aFileSystem(3.5)], excessGib: 2.5 },
    ],
    [
      "takes 5 % for the reserve where that is less",
      { use: aUse(1), fileSystems: [aFileSystem(2, { totalBytes: 20 * GIB })], excessGib: 0 },
    ],
    [
      "takes the reserve that it is given",
      { use: aUse(1), fileSystems: [aFileSystem(10)], limits: { reserveBytes: 6 * GIB }, excessGib: 8 },
    ],
    [
      "never has images go for a file system without any",
      { use: aUse(1), fileSystems: [aFileSystem(1, { hasImages: false })], excessGib: 0 },
    ],
    [
      "has as much go as the fullest wants",
      {
        use: aUse(9),
        fileSystems: [aFileSystem(3.5), aFileSystem(1, { path: "/other" })],
        limits: LIMITED,
        excessGib: 5,
      },
    ],
  ])("%s", (_claim, { use, fileSystems = [], limits = {}, excessGib }) => {
    expect(decideDisk(use, fileSystems, limits).excessBytes).toBe(excessGib * GIB);
  });

  test("starts nothing at the limit, and says what takes the room", () => {
    const use = aUse(7, { scratchBytes: 1.5 * GIB, logBytes: 1.5 * GIB });
    expect(decideDisk(use, [aFileSystem(50)], { limitBytes: 10 * GIB })).toEqual({
      excessBytes: 2 * GIB,
      shortage:
        "the disk is full: 10 GiB of 10 GiB (--disk-limit) are taken, images 7 GiB, scratch 1.5 GiB, logs 1.5 GiB",
    });
  });

  test("starts nothing where less than the reserve is free, whatever is on that file system", () => {
    const full = aFileSystem(1.5, { hasImages: false });
    expect(decideDisk(aUse(3, { logBytes: 200 * MIB }), [full], {})).toEqual({
      excessBytes: 0,
      shortage:
        "the disk is full: 1.5 GiB of 100 GiB are free at /data, and 2 GiB are kept free (--disk-reserve); " +
        "images 3 GiB, scratch 0 bytes, logs 200 MiB",
    });
  });

  test("starts something just below the limit and just at the reserve", () => {
    const decision = decideDisk(aUse(9.99), [aFileSystem(2)], { limitBytes: 10 * GIB });
    expect(decision.shortage).toBeUndefined();
  });

  test("keeps nothing free where that is asked for", () => {
    expect(decideDisk(aUse(9), [aFileSystem(0)], { reserveBytes: 0 })).toEqual({ excessBytes: 0 });
  });
});
