import { expect, test } from "vitest";
import { Refusal } from "../../../batch/refusal.ts";
import { ApiError } from "../../errors.ts";
import { orRefuse } from "./refuse.ts";

const CONTEXT = { requestId: "5c7b1b2e-3f59-4d0c-8d1f-0f3a4d9c2a11" };

test("hands a result through", () => {
  expect(orRefuse({ name: "a" }, CONTEXT)).toEqual({ name: "a" });
});

test.each([
  [Refusal.bare("JobQueue q not found."), "JobQueue q not found."],
  [
    Refusal.wrapped("Instance role is required."),
    `Error executing request, Exception : Instance role is required., RequestId: ${CONTEXT.requestId}`,
  ],
])("turns %j into a ClientException", (refusal, message) => {
  expect(() => orRefuse(refusal, CONTEXT)).toThrow(new ApiError("ClientException", message));
});

test("cuts a text that quotes a whole request", () => {
  const refusal = Refusal.bare("x".repeat(70_000));
  const message = `${"x".repeat(65_536)}… (70000 characters)`;
  expect(() => orRefuse(refusal, CONTEXT)).toThrow(new ApiError("ClientException", message));
});
