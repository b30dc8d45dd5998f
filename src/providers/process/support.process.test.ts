import { expect, test } from "vitest";
import { isProcessProviderSupported } from "./support.ts";

test("says which programs are missing, and where they were looked for", () => {
  expect(isProcessProviderSupported("/no/such:/proc")).toEqual({
    ok: false,
    reason: "the process provider needs sh, setsid, mkfifo, env, not found in /no/such:/proc",
  });
});

test("has what it needs on the machines that it is tested on", () => {
  expect(isProcessProviderSupported()).toEqual({ ok: true });
});
