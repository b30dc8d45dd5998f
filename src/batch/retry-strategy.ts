import type {
  EvaluateOnExit as EvaluateOnExitRequest,
  RetryStrategy as RetryStrategyRequest,
} from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";

/** When a failed attempt is followed by another. */
export interface RetryStrategy {
  /** Attempts in all, the first one included: 1 to 10. */
  readonly attempts: number;
  /** Tried in order; the first match decides. At most 5. */
  readonly evaluateOnExit: readonly EvaluateOnExit[];
}

export interface EvaluateOnExit {
  readonly onStatusReason?: string;
  readonly onReason?: string;
  readonly onExitCode?: string;
  readonly action: "RETRY" | "EXIT";
}

const ATTEMPTS_MAX = 10;
const EVALUATE_ON_EXIT_MAX = 5;
const PATTERN_LENGTH_MAX = 512;

/** What holds where neither the submission nor the definition says otherwise. */
export const NO_RETRY: RetryStrategy = { attempts: 1, evaluateOnExit: [] };

/** What a retry strategy looks at of a failed attempt. Each may be absent: a lost host leaves no exit code. */
export interface FailedAttempt {
  readonly statusReason?: string;
  /** The container's reason. */
  readonly reason?: string;
  readonly exitCode?: number;
}

/** What follows a failed attempt, and why: `because` labels the metric and the job's event. */
export type RetryDecision =
  | { readonly action: "RETRY"; readonly because: "rule-matched" | "no-rule-matched" }
  | { readonly action: "EXIT"; readonly because: "rule-matched" | "attempts-exhausted" };

/**
 * Decides what follows a failed attempt. One that somebody wanted ended is not asked about: nothing follows it.
 *
 * A spent budget ends the job whatever the rules say. Then the first matching rule decides;
 * with no match the job is retried.
 *
 * A rule matches when each of its patterns does, so one without patterns always matches. A pattern is the whole text, or
 * with a `*` at its end the beginning of the text; case counts. The pattern `*` also matches what is absent, any other
 * one does not: AWS's own example ends a job on `onReason: "*"` though plain failures have no reason.
 * https://docs.aws.amazon.com/batch/latest/userguide/best-practices.html
 *
 * @param attemptsMade counts attempts, not retries: it is 1 after the first attempt.
 */
export function decideRetry(
  strategy: RetryStrategy,
  attemptsMade: number,
  failed: FailedAttempt,
): RetryDecision {
  if (attemptsMade >= strategy.attempts) return { action: "EXIT", because: "attempts-exhausted" };

  const rule = strategy.evaluateOnExit.find((candidate) => matches(candidate, failed));
  if (rule === undefined) return { action: "RETRY", because: "no-rule-matched" };
  return { action: rule.action, because: "rule-matched" };
}

/** Reads the `retryStrategy` of a definition or a submission. Absent attempts are one. */
export function parseRetryStrategy(request: RetryStrategyRequest): RetryStrategy | Refusal {
  const { attempts, evaluateOnExit = [] } = request;
  if (attempts === undefined && evaluateOnExit.length > 0) {
    return Refusal.bare("RetryAttempts must be provided with retry strategy");
  }
  const refusal =
    checkRange(attempts, "retryStrategy.attempts", { min: 1, max: ATTEMPTS_MAX }) ??
    checkRuleCount(evaluateOnExit.length) ??
    firstRefusal(evaluateOnExit, checkRule);
  if (refusal !== undefined) return refusal;
  return { attempts: attempts ?? NO_RETRY.attempts, evaluateOnExit: evaluateOnExit.map(createRule) };
}

function matches(rule: EvaluateOnExit, failed: FailedAttempt): boolean {
  return (
    matchesPattern(rule.onStatusReason, failed.statusReason) &&
    matchesPattern(rule.onReason, failed.reason) &&
    matchesPattern(rule.onExitCode, failed.exitCode?.toString())
  );
}

function matchesPattern(pattern: string | undefined, text: string | undefined): boolean {
  if (pattern === undefined || pattern === "*") return true;
  if (text === undefined) return false;
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

function checkRuleCount(count: number): Refusal | undefined {
  if (count <= EVALUATE_ON_EXIT_MAX) return undefined;
  return Refusal.bare(
    `retryStrategy.evaluateOnExit must have at most ${EVALUATE_ON_EXIT_MAX} entries, got ${count}`,
  );
}

function checkRule(rule: EvaluateOnExitRequest, index: number): Refusal | undefined {
  const path = `retryStrategy.evaluateOnExit[${index}]`;
  const action = rule.action.toUpperCase();
  if (action !== "RETRY" && action !== "EXIT") {
    return Refusal.bare(`${path}.action must be RETRY or EXIT, got ${rule.action}`);
  }
  return (
    checkPattern(rule.onStatusReason, `${path}.onStatusReason`, REASON_PATTERN) ??
    checkPattern(rule.onReason, `${path}.onReason`, REASON_PATTERN) ??
    checkPattern(rule.onExitCode, `${path}.onExitCode`, EXIT_CODE_PATTERN)
  );
}

interface PatternRule {
  readonly form: RegExp;
  readonly wanted: string;
}

const REASON_PATTERN: PatternRule = {
  form: /^[A-Za-z0-9.:\s]*\*?$/,
  wanted: "letters, digits, periods, colons and white space",
};
const EXIT_CODE_PATTERN: PatternRule = { form: /^[0-9]*\*?$/, wanted: "digits" };

function checkPattern(
  pattern: string | undefined,
  path: string,
  { form, wanted }: PatternRule,
): Refusal | undefined {
  if (pattern === undefined) return undefined;
  if (pattern !== "" && pattern.length <= PATTERN_LENGTH_MAX && form.test(pattern)) return undefined;
  return Refusal.bare(
    `${path} must be 1 to ${PATTERN_LENGTH_MAX} ${wanted} with at most one * at the end, got ${pattern}`,
  );
}

/** AWS takes the action in any case. */
function createRule(rule: EvaluateOnExitRequest): EvaluateOnExit {
  const { onStatusReason, onReason, onExitCode } = rule;
  return {
    ...(onStatusReason !== undefined && { onStatusReason }),
    ...(onReason !== undefined && { onReason }),
    ...(onExitCode !== undefined && { onExitCode }),
    action: rule.action.toUpperCase() === "RETRY" ? "RETRY" : "EXIT",
  };
}
