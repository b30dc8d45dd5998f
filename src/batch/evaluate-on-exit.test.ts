import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decideRetry } from "./retry-strategy.ts";
import type { EvaluateOnExit } from "./retry-strategy.ts";

const anyText = fc.stringMatching(/^[a-c.: ]{0,6}$/);
const anyPattern = fc.oneof(
  anyText.filter((text) => text !== ""),
  anyText.map((text) => `${text}*`),
);
const anyFailure = fc.record(
  { statusReason: anyText, reason: anyText, exitCode: fc.integer({ min: 0, max: 255 }) },
  { requiredKeys: ["statusReason"] },
);
const anyRule: fc.Arbitrary<EvaluateOnExit> = fc.record(
  {
    onStatusReason: anyPattern,
    onReason: anyPattern,
    onExitCode: fc.integer({ min: 0, max: 255 }).chain((code) => fc.constantFrom(`${code}`, `${code}*`, "*")),
    action: fc.constantFrom("RETRY" as const, "EXIT" as const),
  },
  { requiredKeys: ["action"] },
);

function decide(rules: readonly EvaluateOnExit[], failed: object & { readonly statusReason: string }) {
  return decideRetry({ attempts: 2, evaluateOnExit: rules }, 1, failed);
}

test("a rule that matches decides, whatever comes behind it", () => {
  fc.assert(
    fc.property(anyRule, fc.array(anyRule, { maxLength: 4 }), anyFailure, (rule, others, failed) => {
      const alone = decide([rule], failed);
      const among = decide([rule, ...others], failed);
      expect(among).toEqual(alone.because === "rule-matched" ? alone : decide(others, failed));
    }),
  );
});

test("a rule matches exactly where each of its patterns does by itself", () => {
  fc.assert(
    fc.property(anyRule, anyFailure, (rule, failed) => {
      const { action, ...patterns } = rule;
      const isMatchedInParts = Object.entries(patterns).every(
        ([member, pattern]) => decide([{ [member]: pattern, action }], failed).because === "rule-matched",
      );
      expect(decide([rule], failed).because === "rule-matched").toBe(isMatchedInParts);
    }),
  );
});

test("a pattern matches what begins as it does before its star, and without a star only itself", () => {
  fc.assert(
    fc.property(anyText, anyText, fc.boolean(), (text, statusReason, hasStar) => {
      fc.pre(hasStar || text !== "");
      const rule: EvaluateOnExit = { onStatusReason: hasStar ? `${text}*` : text, action: "EXIT" };
      const isMatch = hasStar ? statusReason.startsWith(text) : statusReason === text;
      expect(decide([rule], { statusReason }).because).toBe(isMatch ? "rule-matched" : "no-rule-matched");
    }),
  );
});

test("no pattern but a lone star matches what is not there", () => {
  fc.assert(
    fc.property(anyPattern, (onReason) => {
      const { because } = decide([{ onReason, action: "EXIT" }], { statusReason: "x" });
      expect(because).toBe(onReason === "*" ? "rule-matched" : "no-rule-matched");
    }),
  );
});
