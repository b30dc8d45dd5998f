import type { Resources } from "../../../batch/resources.ts";

/** Writes a whole number with a comma before each three digits. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Writes what is asked for or offered, as in `4 vCPU, 32,000 MiB and 1 GPU`; GPUs only where there are any. */
export function amountsOf({ vcpuMillis, memoryMiB, gpuCount }: Resources): string {
  return listed([vcpus(vcpuMillis), memory(memoryMiB), ...(gpuCount > 0 ? [gpus(gpuCount)] : [])]);
}

/** Writes what is offered of those resources of which there is too little; of all where there is enough of each. */
export function shortAmountsOf(offered: Resources, wanted: Resources): string {
  const short = [
    ...(offered.vcpuMillis < wanted.vcpuMillis ? [vcpus(Math.max(0, offered.vcpuMillis))] : []),
    ...(offered.memoryMiB < wanted.memoryMiB ? [memory(Math.max(0, offered.memoryMiB))] : []),
    ...(offered.gpuCount < wanted.gpuCount ? [gpus(Math.max(0, offered.gpuCount))] : []),
  ];
  return short.length === 0 ? amountsOf(offered) : listed(short);
}

/** Writes what is free of what there is, of those resources of which too little is free. */
export function freeAmountsOf(free: Resources, all: Resources, wanted: Resources): string {
  return listed([
    ...(free.vcpuMillis < wanted.vcpuMillis
      ? [part(free.vcpuMillis / 1000, all.vcpuMillis / 1000, "vCPU")]
      : []),
    ...(free.memoryMiB < wanted.memoryMiB ? [part(free.memoryMiB, all.memoryMiB, "MiB")] : []),
    ...(free.gpuCount < wanted.gpuCount ? [part(free.gpuCount, all.gpuCount, "GPU")] : []),
  ]);
}

/** Writes a length of time as people say it: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function lengthOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return twoUnits(hours, "h", minutes % 60, "min");
  return twoUnits(Math.floor(hours / 24), "d", hours % 24, "h");
}

export function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}

function part(left: number, all: number, unit: string): string {
  return `${grouped(Math.max(0, left))} of ${grouped(all)} ${unit}`;
}

function vcpus(millis: number): string {
  return `${grouped(millis / 1000)} vCPU`;
}

function memory(mebibytes: number): string {
  return `${grouped(mebibytes)} MiB`;
}

function gpus(count: number): string {
  return `${count} GPU`;
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
