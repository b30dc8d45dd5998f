import { describe, expect, test } from "vitest";
import type { ApiRequest } from "./http.ts";
import { Patience } from "./patience.ts";

function aRequest(wait: string | undefined, unwanted?: AbortSignal): ApiRequest {
  return {
    method: "POST",
    target: "/",
    headers: { "x-batchyard-wait": wait },
    body: new Uint8Array(),
    ...(unwanted && { untilUnwanted: () => unwanted }),
  };
}

const ANSWER = { status: 200, headers: { "content-type": "text/plain" }, body: "x" };

describe("patience", () => {
  test("is had only by who asks for it", () => {
    expect(Patience.of(aRequest(undefined))).toBeUndefined();
    expect(Patience.of(aRequest("1"))?.seconds).toBe(1);
    expect(Patience.of(aRequest("60"))?.seconds).toBe(60);
  });

  test.each(["", "0", "61", "-1", "1.5", "01", "ten"])("is refused as %j", (wait) => {
    expect(() => Patience.of(aRequest(wait))).toThrow(
      `x-batchyard-wait must be 1 to 60 whole seconds, got ${wait}`,
    );
  });

  test("is told of in an answer that was held, and in no other", () => {
    const patience = Patience.of(aRequest("60"));
    expect(patience?.mark(ANSWER)).toEqual(ANSWER);
    patience?.hold();
    expect(patience?.mark(ANSWER)).toEqual({
      ...ANSWER,
      headers: { "content-type": "text/plain", "x-batchyard-waited": "1" },
    });
  });

  test("ends when nobody waits any more", () => {
    const unwanted = new AbortController();
    const held = Patience.of(aRequest("60", unwanted.signal))?.hold();
    expect(held?.aborted).toBe(false);
    unwanted.abort();
    expect(held?.aborted).toBe(true);
  });
});
