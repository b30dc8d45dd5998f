import type { CrashReport } from "./crash-run.ts";
import { HITS } from "./kill-evidence.ts";
import type { Hit } from "./kill-evidence.ts";

/**
 * Nothing that was acknowledged is amiss, all that may go away did so at a bad time, and some of each kind of job came to
 * its end: else it would show nothing.
 */
export function isSound(report: CrashReport): boolean {
  const { mistakes, missedPhases, outageCount, hostLossCount } = report;
  const areLossesShown = outageCount === 0 || hostLossCount > 0;
  return mistakes.length === 0 && missedPhases.length === 0 && areLossesShown;
}

/**
 * Kinds of jobs that were asked for, and of which none came to its end undisturbed: a run shows nothing about them. In a
 * short one that is a matter of chance.
 */
export function unshownKinds({ compositeCounts }: CrashReport): readonly string[] {
  return [...compositeCounts].filter(([, count]) => count === 0).map(([kind]) => kind);
}

/** The report as a text for people. */
export function describeReport(report: CrashReport): string {
  const { seed, killCount, jobCount, lostCount, attemptCount, hits, missedPhases, mistakes } = report;
  const { outageCount, hostLossCount, compositeCounts, eventCount } = report;
  const composites = [...compositeCounts].map(([kind, count]) => `${kind} ${count}`);
  const kinds = Object.keys(HITS) as Hit[]; // the type says that there are no others
  return [
    `seed ${seed}: ${killCount} kills, ${jobCount} jobs acknowledged, ${lostCount} answers lost, ${attemptCount} attempts`,
    `  ${eventCount} events; ran to their ends: ${composites.join(", ")}`,
    ...kinds.map((hit) => `  ${String(hits.get(hit) ?? 0).padStart(4)} kills hit ${hit}`),
    ...(outageCount === 0
      ? []
      : [
          `  the engine was taken away ${outageCount} times, and ${hostLossCount} attempts went down with it`,
        ]),
    ...missedPhases.map((phase) => `no kill hit the phase ${phase}: this run shows nothing about it`),
    ...unshownKinds(report).map(
      (kind) => `no job of the kind ${kind} came to its end: this run shows nothing about it`,
    ),
    ...(mistakes.length === 0
      ? ["everything that was acknowledged held"]
      : [`${mistakes.length} mistakes; everything is in ${report.folder}`, ...mistakes]),
  ].join("\n");
}
