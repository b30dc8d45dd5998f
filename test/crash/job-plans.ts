import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import type { AnyPlan } from "./crash-record.ts";
import { MARKS_PRELUDE } from "./marks-prelude.ts";

/**
 * - `quick`: writes a few lines and exits with some code.
 * - `retried`: fails at first and succeeds at its second attempt; `exhausted`: fails as often as it may.
 * - `prints`: writes many lines, each in pieces, one of which ends inside a character; the last without a newline.
 * - `long`: lives long enough to see a server die.
 * - `endless` and `trapping` run until they are terminated; the latter takes its time and exits with a code of its own.
 * - `forks`: leaves children behind, one of them in a session of its own.
 * - `overdue` runs until its time is over, which is a minute: AWS takes no shorter one.
 * - `held`: asks for more than its queue's environment has: it waits until it is cancelled or terminated.
 */
export type JobKind =
  | "quick"
  | "retried"
  | "exhausted"
  | "prints"
  | "long"
  | "endless"
  | "trapping"
  | "forks"
  | "overdue"
  | "held";

/** A job that is to be submitted, and what it does if nobody interferes. */
export interface JobPlan {
  /** No two have the same: it says which job came of a submission whose answer was lost. */
  readonly name: string;
  readonly kind: JobKind;
  readonly script: string;
  /** Attempts that its retry strategy grants. */
  readonly attempts: number;
  /** An attempt that fails is followed by another; else only one that loses its host is. */
  readonly retriesExits: boolean;
  readonly timeoutSeconds?: number;
  /** Of each attempt, those beyond as the last; none if it does not end of itself. */
  readonly exitCodes: readonly number[];
  /** What each attempt writes, those beyond as the last. */
  readonly logLines: readonly (readonly string[])[];
  /** Exit codes of an attempt that is told to stop, beside those above. */
  readonly stopCodes: readonly number[];
}

/** What a shell that SIGTERM ends leaves. */
const SIGTERM_CODE = 143;
const TRAP_CODE = 33;
const PRINTED_LINES = 120;

/** How often each is wanted. */
const SHARES: Readonly<Record<JobKind, number>> = {
  quick: 5,
  retried: 2,
  exhausted: 1,
  prints: 2,
  long: 3,
  endless: 1,
  trapping: 1,
  forks: 2,
  overdue: 1,
  held: 1,
};

export const ALL_KINDS = Object.keys(SHARES) as readonly JobKind[]; // the type says that there are no others

/** Kinds that are over within seconds if somebody ends those that do not end of themselves. */
export const SHORT_KINDS = ALL_KINDS.filter((kind) => kind !== "overdue");

export function isSingle(plan: AnyPlan): plan is JobPlan {
  return "script" in plan;
}

export function planJob(
  number: number,
  random: SeededRandom,
  { kinds, prelude }: { readonly kinds: readonly JobKind[]; readonly prelude: string },
): JobPlan {
  const kind = pickKind(kinds, random);
  const { script, ...rest } = PLANNERS[kind](random);
  const retriesExits = rest.attempts !== undefined || random.chance(50);
  return {
    name: `${kind}-${number}`,
    kind,
    script: `${MARKS_PRELUDE}mark starts\n${prelude}${script}`,
    attempts: retriesExits ? 1 : 3,
    retriesExits,
    logLines: [],
    stopCodes: [SIGTERM_CODE],
    ...rest,
  };
}

export function exitCodeOf({ exitCodes }: JobPlan, attemptIndex: number): number | undefined {
  return exitCodes[attemptIndex] ?? exitCodes.at(-1);
}

export function logLinesOf({ logLines }: JobPlan, attemptIndex: number): readonly string[] {
  return logLines[attemptIndex] ?? logLines.at(-1) ?? [];
}

function pickKind(kinds: readonly JobKind[], random: SeededRandom): JobKind {
  return random.pick(kinds.flatMap((kind) => Array.from({ length: SHARES[kind] }, () => kind))) ?? "quick";
}

type PlannedPart = Pick<JobPlan, "script" | "exitCodes"> & Partial<JobPlan>;

const PLANNERS: Readonly<Record<JobKind, (random: SeededRandom) => PlannedPart>> = {
  quick(random) {
    const code = random.chance(50) ? 0 : random.between(1, 100);
    const seconds = random.between(0, 30) / 100;
    return {
      // To one of both: a container engine keeps no order between them.
      script: `exec >&2; echo "begins"; sleep ${seconds}; echo "leaves with ${code}"; leave ${code}`,
      exitCodes: [code],
      logLines: [["begins", `leaves with ${code}`]],
    };
  },
  retried: () => ({
    script: `echo "attempt $AWS_BATCH_JOB_ATTEMPT"; [ "$AWS_BATCH_JOB_ATTEMPT" = 1 ] && leave 75; leave 0`,
    attempts: 3,
    exitCodes: [75, 0],
    logLines: [["attempt 1"], ["attempt 2"], ["attempt 3"]],
  }),
  exhausted(random) {
    const code = random.between(1, 100);
    return {
      script: `echo "attempt $AWS_BATCH_JOB_ATTEMPT fails"; leave ${code}`,
      attempts: 2,
      exitCodes: [code, code],
      logLines: [["attempt 1 fails"], ["attempt 2 fails"]],
    };
  },
  prints(random) {
    const tail = "~".repeat(random.between(1, 200));
    const lines = Array.from(
      { length: PRINTED_LINES },
      (_, index) => `line ${index + 1} of ${PRINTED_LINES} café ${tail}`,
    );
    return {
      script: String.raw`i=1
while [ $i -le ${PRINTED_LINES} ]; do
  printf 'line %s ' $i; printf 'of ${PRINTED_LINES} caf\303'; printf '\251 ${tail}\n'
  [ $((i % 40)) = 0 ] && sleep 0.1
  i=$((i + 1))
done
printf 'no newline'
leave 0`,
      exitCodes: [0],
      logLines: [[...lines, "no newline"]],
    };
  },
  long(random) {
    const count = random.between(4, 16);
    const code = random.chance(70) ? 0 : random.between(1, 100);
    return {
      script: `for i in $(seq ${count}); do echo "beat $i"; sleep 0.25; done; leave ${code}`,
      exitCodes: [code],
      logLines: [Array.from({ length: count }, (_, index) => `beat ${index + 1}`)],
    };
  },
  endless: () => ({ script: `echo "waits"; sleep 3600`, exitCodes: [], logLines: [["waits"]] }),
  trapping: () => ({
    script: `trap 'trap "" TERM; echo "is told to stop"; sleep 0.3; leave ${TRAP_CODE}' TERM
echo "waits"; while :; do sleep 1 & wait; done`,
    exitCodes: [],
    logLines: [["waits", "is told to stop"]],
    stopCodes: [SIGTERM_CODE, TRAP_CODE],
  }),
  forks(random) {
    const code = random.chance(50) ? 0 : random.between(1, 100);
    return {
      script: `sleep 3600 & setsid sleep 3600 & (sleep 3600; sleep 3600) & echo "leaves children"; leave ${code}`,
      exitCodes: [code],
      logLines: [["leaves children"]],
    };
  },
  overdue: () => ({
    script: `echo "waits"; sleep 3600`,
    exitCodes: [SIGTERM_CODE],
    logLines: [["waits"]],
    timeoutSeconds: 60,
  }),
  held: () => ({ script: "leave 0", exitCodes: [] }),
};
