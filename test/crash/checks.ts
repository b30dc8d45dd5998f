import { checkEnds, checkExistence, checkMarks, mayBeCut, plansByName } from "./check-jobs.ts";
import { checkComposites } from "./check-composites.ts";
import type { CrashRecord } from "./crash-record.ts";
import type { FinalFacts } from "./final-facts.ts";
import { logLinesOf } from "./job-plans.ts";
import { wasInOutage } from "./outages.ts";

/** Every sentence is something that must not be; none: all that was acknowledged holds. */
export function findMistakes(record: CrashRecord, facts: FinalFacts): readonly string[] {
  return [
    ...checkExistence(record, facts),
    ...checkEnds(record, facts),
    ...checkMarks(record, facts),
    ...checkComposites(record, facts),
    ...checkLogs(record, facts),
    ...checkResources(record, facts),
  ];
}

/** Every line of every attempt is there once and in its place, however the log was read. */
function checkLogs({ submissions, outages }: CrashRecord, facts: FinalFacts): string[] {
  const plans = plansByName(submissions);
  return facts.jobs.flatMap((job) =>
    job.attempts.flatMap((attempt, index) => {
      const plan = plans.get(job.name);
      if (plan === undefined) return [];
      const expected = logLinesOf(plan, index);
      const isCut = mayBeCut(job, plan, index, outages);
      return readingsOf(attempt.logStreamName, facts, isCut)
        .map((lines) =>
          wasInOutage(attempt, outages)
            ? findOrderProblem(lines, expected)
            : findLogProblem(lines, expected, isCut),
        )
        .filter((problem) => problem !== undefined)
        .map((problem) => `the log of ${job.name}, attempt ${index + 1}, ${problem}`);
    }),
  );
}

/** What an engine had read of a container and not written when it was killed is lost; the rest is in its place, and once. */
function findOrderProblem(lines: readonly string[], expected: readonly string[]): string | undefined {
  let next = 0;
  for (const [index, line] of lines.entries()) {
    const place = expected.findIndex((whole, at) => at >= next && whole.includes(line));
    if (place === -1) return `has as line ${index + 1} "${line}", which does not belong there`;
    next = place + 1;
  }
  return undefined;
}

/** A stream comes with RUNNING: an attempt that was stopped before that has none. */
function readingsOf(
  logStreamName: string | undefined,
  { logs, followedLogs }: FinalFacts,
  mayBeMissing: boolean,
): readonly (readonly string[])[] {
  const name = logStreamName ?? "";
  const atTheEnd = logs.get(name) ?? (mayBeMissing ? undefined : []);
  return [atTheEnd, followedLogs.get(name)].filter((lines) => lines !== undefined);
}

/** @param isCut it was stopped: it has written a part, and half of a line perhaps. */
function findLogProblem(
  lines: readonly string[],
  expected: readonly string[],
  isCut: boolean,
): string | undefined {
  const wrong = lines.findIndex((line, index) => {
    const isHalf = isCut && index === lines.length - 1 && expected[index]?.startsWith(line) === true;
    return line !== expected[index] && !isHalf;
  });
  if (wrong !== -1) return `has as line ${wrong + 1} "${lines[wrong]}", must be "${expected[wrong]}"`;
  if (lines.length === expected.length || isCut) return undefined;
  return `has ${lines.length} lines, must have ${expected.length}`;
}

function checkResources({ resources }: CrashRecord, facts: FinalFacts): string[] {
  const mistakes: string[] = [];
  for (const [key, states] of resources) {
    const found = facts.resources.get(key);
    if (found === undefined || !states.allows(found)) {
      mistakes.push(`${key} is ${JSON.stringify(found)}, must be ${String(states)}`);
    }
  }
  return mistakes;
}
