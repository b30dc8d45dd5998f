import type { CrashReport } from "./crash-run.ts";
import { HITS } from "./kill-evidence.ts";
import type { Hit } from "./kill-evidence.ts";

/** Nothing that was acknowledged is amiss, and all that may go away did so at a bad time: else it would show nothing. */
export function isSound({ mistakes, missedPhases, outageCount, hostLossCount }: CrashReport): boolean {
  const isShown = missedPhases.length === 0 && (outageCount === 0 || hostLossCount > 0);
  return mistakes.length === 0 && isShown;
}

/** The report as a text for people. */
export function describeReport(report: CrashReport): string {
  const { seed, killCount, jobCount, lostCount, attemptCount, hits, missedPhases, mistakes } = report;
  const { outageCount, hostLossCount } = report;
  const kinds = Object.keys(HITS) as Hit[]; // the type says that there are no others
  return [
    `seed ${seed}: ${killCount} kills, ${jobCount} jobs acknowledged, ${lostCount} answers lost, ${attemptCount} attempts`,
    ...kinds.map((hit) => `  ${String(hits.get(hit) ?? 0).padStart(4)} kills hit ${hit}`),
    ...(outageCount === 0
      ? []
      : [
          `  the engine was taken away ${outageCount} times, and ${hostLossCount} attempts went down with it`,
        ]),
    ...missedPhases.map((phase) => `no kill hit the phase ${phase}: this run shows nothing about it`),
    ...(mistakes.length === 0
      ? ["everything that was acknowledged held"]
      : [`${mistakes.length} mistakes; everything is in ${report.folder}`, ...mistakes]),
  ].join("\n");
}
