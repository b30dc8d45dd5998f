import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { EC2_CATALOGUE } from "../batch/instance-catalogue.ts";
import { InstanceTypesFileError, parseInstanceTypes, readInstanceCatalogue } from "./instance-types-file.ts";

const folder = mkdtempSync(join(tmpdir(), "batchyard-instance-types-"));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const LARGE = { name: "my.large", vcpus: 8, memoryMiB: 30_720 };

function errorOf(list: unknown): string | undefined {
  try {
    parseInstanceTypes(JSON.stringify(list));
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(InstanceTypesFileError);
    return (error as Error).message;
  }
}

describe("parseInstanceTypes", () => {
  test("takes what a type must have, and gives jobs all of it", () => {
    const resources = { vcpuMillis: 8000, memoryMiB: 30_720, gpuCount: 0 };
    expect(parseInstanceTypes(JSON.stringify([LARGE]))).toEqual([
      { name: "my.large", family: "my", architecture: "x86_64", resources, usable: resources },
    ]);
  });

  test("takes all that a type may have", () => {
    const text = `\uFEFF[{"name":"lab-2.a100","vcpus":2,"memoryMiB":4,"gpus":4,"architecture":"arm64","pricePerHour":0.5}]`;
    const resources = { vcpuMillis: 2000, memoryMiB: 4, gpuCount: 4 };
    expect(parseInstanceTypes(text)).toEqual([
      {
        name: "lab-2.a100",
        family: "lab-2",
        architecture: "arm64",
        resources,
        usable: resources,
        pricePerHour: 0.5,
      },
    ]);
  });

  test.each<[text: string, list: unknown]>([
    ["it must be a list of instance types", { "my.large": LARGE }],
    ["it must have at most 1000 types, got 1001", Array.from({ length: 1001 }, () => LARGE)],
    [`[0] must be an object, got "my.large"`, ["my.large"]],
    ["[1] must be an object, got null", [LARGE, null]],
    ["[0].vcpus must be a whole number from 1 to 10000, got 0.5", [{ ...LARGE, vcpus: 0.5 }]],
    [`[0].vcpus must be a whole number from 1 to 10000, got "8"`, [{ ...LARGE, vcpus: "8" }]],
    [
      "[0].memoryMiB must be a whole number from 4 to 1073741824, got undefined",
      [{ name: "my.large", vcpus: 8 }],
    ],
    ["[0].gpus must be a whole number from 0 to 1000, got -1", [{ ...LARGE, gpus: -1 }]],
    [`[0].architecture must be x86_64 or arm64, got "ARM64"`, [{ ...LARGE, architecture: "ARM64" }]],
    [`[0].pricePerHour must be a number from 0 to 1000000, got "0.4"`, [{ ...LARGE, pricePerHour: "0.4" }]],
    [
      "[0].memory is no member of an instance type: they are name, vcpus, memoryMiB, gpus, architecture, pricePerHour",
      [{ ...LARGE, memory: 1 }],
    ],
    [`[0].name must not be of EC2's family c5, got "c5.large"`, [{ ...LARGE, name: "c5.large" }]],
    [`[0].name must not be of EC2's family c5, got "c5.mine"`, [{ ...LARGE, name: "c5.mine" }]],
    [
      `[0].name must not be of EC2's family optimal, got "optimal.large"`,
      [{ ...LARGE, name: "optimal.large" }],
    ],
    [
      `[0].name must not begin with local., which stands for this machine, got "local.host"`,
      [{ ...LARGE, name: "local.host" }],
    ],
    [`[1].name is that of [0] already: "my.large"`, [LARGE, LARGE]],
    [
      `[0].vcpus must be a whole number from 1 to 10000, got 0; [1].name must not be of EC2's family m5, got "m5.x"`,
      [
        { ...LARGE, vcpus: 0 },
        { ...LARGE, name: "m5.x" },
      ],
    ],
  ])("says %s", (text, list) => {
    expect(errorOf(list)).toBe(text);
  });

  test.each(["", "large", "my.", "My.large", "my.large.2", "my.l_1", `my.${"x".repeat(62)}`, 7, undefined])(
    "takes no type called %j",
    (name) => {
      expect(errorOf([{ ...LARGE, name }])).toBe(
        "[0].name must be FAMILY.SIZE in small letters, digits and hyphens, at most 64 characters, " +
          `got ${JSON.stringify(name)}`,
      );
    },
  );
});

describe("readInstanceCatalogue", () => {
  test("has EC2's types without a file, and those of the file besides with one", () => {
    const path = join(folder, "types.json");
    writeFileSync(path, JSON.stringify([LARGE]));
    expect(readInstanceCatalogue(undefined)).toBe(EC2_CATALOGUE);
    const catalogue = readInstanceCatalogue(path);
    expect(catalogue.find("my.large")?.usable.memoryMiB).toBe(30_720);
    expect(catalogue.find("c5.large")).toEqual(EC2_CATALOGUE.find("c5.large"));
  });

  test("says which file is no such file", () => {
    const path = join(folder, "broken.json");
    writeFileSync(path, "[{");
    expect(() => readInstanceCatalogue(path)).toThrow(`--instance-types ${path}: it must be JSON: `);
    const missing = join(folder, "missing.json");
    expect(() => readInstanceCatalogue(missing)).toThrow(
      `--instance-types ${missing} cannot be read: ENOENT`,
    );
  });
});
