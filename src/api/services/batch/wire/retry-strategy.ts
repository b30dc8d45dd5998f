import type { RetryStrategy } from "../../../../batch/retry-strategy.ts";
import type { RetryAction, RetryStrategy as RetryStrategyAnswer } from "../../../../model/batch.ts";

/** A retry strategy as AWS answers it: `action` in lower case, though its own enum has upper case (specification 1.8). */
export function retryStrategyAnswer({ attempts, evaluateOnExit }: RetryStrategy): RetryStrategyAnswer {
  return {
    attempts,
    evaluateOnExit: evaluateOnExit.map((rule) => ({
      ...rule,
      // The model knows no lower case: AWS does not keep to it here.
      action: rule.action.toLowerCase() as RetryAction,
    })),
  };
}
