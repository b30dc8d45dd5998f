import type { Instance, InstanceEnd } from "../batch/instance.ts";
import { unreachable } from "../lib/assert.ts";

/** From its launch to its end, as far as that has come. */
export function tellLife(instance: Instance, environmentName: string): string {
  const { instanceType, isSpot, launchedAtMs, registeredAtMs } = instance;
  const kind = isSpot ? `${instanceType} of Spot capacity` : instanceType;
  const launch = `It is a ${kind} that ${environmentName} launched at ${instantOf(launchedAtMs)}.`;
  const end = tellEnd(instance);
  if (end !== undefined) return `${launch} ${end}`;
  return registeredAtMs === undefined
    ? `${launch} It boots.`
    : `${launch} It has taken jobs since ${instantOf(registeredAtMs)}.`;
}

/** When it goes, or went, and why; undefined of one that is to stay. */
export function tellEnd({ leaving, terminatedAtMs, terminatedBecause }: Instance): string | undefined {
  if (terminatedAtMs !== undefined && terminatedBecause !== undefined) {
    return `It went at ${instantOf(terminatedAtMs)}: ${tellCause(terminatedBecause)}.`;
  }
  if (leaving === undefined) return undefined;
  const { because, atMs } = leaving;
  const when =
    atMs === undefined ? "when nothing runs on it any more" : `at ${instantOf(atMs)} at the latest`;
  return `It goes ${when}: ${tellCause(because)}.`;
}

function tellCause(because: InstanceEnd): string {
  switch (because) {
    case "idle":
      return "nothing had run on it for a while";
    case "exchanged":
      return "it was kept for minvCpus only, and others came in its place for a job that needed them";
    case "reclaimed":
      return "its Spot capacity was taken back";
    case "replaced":
      return "its environment has other settings now";
    case "environment-deleted":
      return "its environment was deleted";
    case "lost":
      return "an attempt on it was lost, and nobody knows why";
    default:
      return unreachable(because);
  }
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
