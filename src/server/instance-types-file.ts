import { readFileSync } from "node:fs";
import { EC2_CATALOGUE, InstanceCatalogue } from "../batch/instance-catalogue.ts";
import { LOCAL_FAMILY } from "../batch/instance-type.ts";
import type { Architecture, InstanceType } from "../batch/instance-type.ts";

/** A file of instance types that cannot be read as one; the message names every mistake in it. */
export class InstanceTypesFileError extends Error {
  override readonly name = "InstanceTypesFileError";
}

const TYPES_MAX = 1000;
const VCPUS_MAX = 10_000;
const MEMORY_MIB_MAX = 1_073_741_824;
const GPUS_MAX = 1000;
const PRICE_MAX = 1_000_000;
/** What AWS takes in `instanceTypes` is at most this long in its model. */
const NAME = /^(?=.{3,64}$)[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$/;
const ARCHITECTURES: readonly unknown[] = ["x86_64", "arm64"] satisfies readonly Architecture[];
const MEMBERS = ["name", "vcpus", "memoryMiB", "gpus", "architecture", "pricePerHour"] as const;

type Entry = Readonly<Partial<Record<string, unknown>>>;

/** EC2's instance types and, where there is a file, those in it. */
export function readInstanceCatalogue(path: string | undefined): InstanceCatalogue {
  if (path === undefined) return EC2_CATALOGUE;
  const text = readText(path);
  try {
    return new InstanceCatalogue(parseInstanceTypes(text));
  } catch (error) {
    if (!(error instanceof InstanceTypesFileError)) throw error;
    throw new InstanceTypesFileError(`--instance-types ${path}: ${error.message}`, { cause: error });
  }
}

/**
 * Reads a JSON list of instance types: `name`, `vcpus` and `memoryMiB`, and where wanted `gpus`, `architecture` (x86_64
 * where absent) and `pricePerHour` in USD. Jobs can have all of what it says.
 *
 * @throws InstanceTypesFileError
 */
export function parseInstanceTypes(text: string): readonly InstanceType[] {
  const list = parseList(text);
  const problems = [...list.flatMap(problemsOf), ...repeatedNames(list)];
  if (problems.length > 0) throw new InstanceTypesFileError(problems.join("; "));
  return list.map((entry) => instanceTypeOf(entry as SoundEntry));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { message } = error as Error;
    throw new InstanceTypesFileError(`--instance-types ${path} cannot be read: ${message}`, { cause: error });
  }
}

function parseList(text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new InstanceTypesFileError(`it must be JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!Array.isArray(value)) throw new InstanceTypesFileError("it must be a list of instance types");
  if (value.length > TYPES_MAX) {
    throw new InstanceTypesFileError(`it must have at most ${TYPES_MAX} types, got ${value.length}`);
  }
  return value;
}

function problemsOf(entry: unknown, index: number): readonly string[] {
  if (!isEntry(entry)) return [`[${index}] must be an object, got ${JSON.stringify(entry)}`];
  const { vcpus, memoryMiB, gpus, architecture = "x86_64", pricePerHour } = entry;
  const problems = [
    nameProblem(entry["name"]),
    numberProblem("vcpus", vcpus, { min: 1, max: VCPUS_MAX, isWhole: true }),
    numberProblem("memoryMiB", memoryMiB, { min: 4, max: MEMORY_MIB_MAX, isWhole: true }),
    gpus === undefined ? [] : numberProblem("gpus", gpus, { min: 0, max: GPUS_MAX, isWhole: true }),
    ARCHITECTURES.includes(architecture)
      ? []
      : [`architecture must be ${ARCHITECTURES.join(" or ")}, got ${JSON.stringify(architecture)}`],
    pricePerHour === undefined ? [] : numberProblem("pricePerHour", pricePerHour, { min: 0, max: PRICE_MAX }),
    unknownMembers(entry),
  ];
  return problems.flat().map((problem) => `[${index}].${problem}`);
}

function isEntry(value: unknown): value is Entry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nameProblem(name: unknown): readonly string[] {
  if (typeof name !== "string" || !NAME.test(name)) {
    return [
      `name must be FAMILY.SIZE in small letters, digits and hyphens, at most 64 characters, got ${JSON.stringify(name)}`,
    ];
  }
  const [family = ""] = name.split(".");
  if (family === LOCAL_FAMILY) {
    return [`name must not begin with ${LOCAL_FAMILY}., which stands for this machine, got "${name}"`];
  }
  if (EC2_CATALOGUE.expand([family]).size === 0) return [];
  return [`name must not be of EC2's family ${family}, got "${name}"`];
}

interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly isWhole?: true;
}

function numberProblem(
  member: string,
  value: unknown,
  { min, max, isWhole }: NumberRange,
): readonly string[] {
  if (typeof value === "number" && value >= min && value <= max && (!isWhole || Number.isInteger(value))) {
    return [];
  }
  const wanted = isWhole ? "a whole number" : "a number";
  return [`${member} must be ${wanted} from ${min} to ${max}, got ${JSON.stringify(value)}`];
}

function unknownMembers(entry: Entry): readonly string[] {
  const members: readonly string[] = MEMBERS;
  return Object.keys(entry)
    .filter((member) => !members.includes(member))
    .map((member) => `${member} is no member of an instance type: they are ${MEMBERS.join(", ")}`);
}

function repeatedNames(list: readonly unknown[]): readonly string[] {
  const names = list.map((entry) => (isEntry(entry) ? entry["name"] : undefined));
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    return name === undefined || first === index
      ? []
      : [`[${index}].name is that of [${first}] already: ${JSON.stringify(name)}`];
  });
}

/** An entry in which no problem was found. */
interface SoundEntry {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly gpus?: number;
  readonly architecture?: Architecture;
  readonly pricePerHour?: number;
}

function instanceTypeOf(entry: SoundEntry): InstanceType {
  const { name, vcpus, memoryMiB, gpus: gpuCount = 0, architecture = "x86_64", pricePerHour } = entry;
  const resources = { vcpuMillis: vcpus * 1000, memoryMiB, gpuCount };
  return {
    name,
    family: name.slice(0, name.indexOf(".")),
    architecture,
    resources,
    usable: resources,
    ...(pricePerHour !== undefined && { pricePerHour }),
  };
}
