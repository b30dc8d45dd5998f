import { checkEnds, checkExistence, checkMarks, plansByName, wasInterrupted } from "./check-jobs.ts";
import type { CrashRecord } from "./crash-record.ts";
import type { FinalFacts } from "./final-facts.ts";

/** Every sentence is something that must not be; none: all that was acknowledged holds. */
export function findMistakes(record: CrashRecord, facts: FinalFacts): readonly string[] {
  return [
    ...checkExistence(record, facts),
    ...checkEnds(record, facts),
    ...checkMarks(record, facts),
    ...checkLogs(record, facts),
    ...checkResources(record, facts),
  ];
}

/** Every line of every attempt is there once and in its place, however the log was read. */
function checkLogs({ submissions }: CrashRecord, facts: FinalFacts): string[] {
  const plans = plansByName(submissions);
  return facts.jobs.flatMap((job) =>
    job.attempts.flatMap(({ logStreamName }, index) => {
      const expected = plans.get(job.name)?.logLines[index] ?? [];
      const mayBeCut = wasInterrupted(job) && index === job.attempts.length - 1;
      return readingsOf(logStreamName, facts, mayBeCut)
        .map((lines) => findLogProblem(lines, expected, mayBeCut))
        .filter((problem) => problem !== undefined)
        .map((problem) => `the log of ${job.name}, attempt ${index + 1}, ${problem}`);
    }),
  );
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

/** @param mayBeCut it was stopped: it has written a part, and half of a line perhaps. */
function findLogProblem(
  lines: readonly string[],
  expected: readonly string[],
  mayBeCut: boolean,
): string | undefined {
  const wrong = lines.findIndex((line, index) => {
    const isCut = mayBeCut && index === lines.length - 1 && expected[index]?.startsWith(line) === true;
    return line !== expected[index] && !isCut;
  });
  if (wrong !== -1) return `has as line ${wrong + 1} "${lines[wrong]}", must be "${expected[wrong]}"`;
  if (lines.length === expected.length || mayBeCut) return undefined;
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
