import { expect, test } from "vitest";
import type { Change } from "../change.ts";
import {
  aJob,
  anAttempt,
  changed,
  OTHER_SCOPES,
  SCOPE,
  submitted,
} from "../../../test/support/store-examples.ts";
import { ARRAY, childKey, MULTI_NODE, PLACED, putChild } from "../../../test/support/child-examples.ts";
import { mergeJobChanges } from "./merge-job-changes.ts";
import type { MergedChange } from "./merge-job-changes.ts";

const [one, two] = [aJob("1"), aJob("2")];
const [otherScope = SCOPE] = OTHER_SCOPES;
const elsewhere = aJob("1", { scope: otherScope });
const attempt: Change = { kind: "attempt-put", attempt: anAttempt(one, 1) };

test.each<[name: string, changes: readonly Change[], expected: readonly MergedChange[]]>([
  ["leaves nothing as it is", [], []],
  [
    "puts the changes of a job together at the place of the first",
    [
      changed(one, { status: "STARTING", attemptCount: 1 }),
      attempt,
      changed(two, { status: "FAILED" }),
      changed(one, { status: "RUNNING", startedAtMs: 5 }),
      changed(one, { startedAtMs: 6 }),
    ],
    [
      changed(one, { status: "RUNNING", attemptCount: 1, startedAtMs: 6 }),
      attempt,
      changed(two, { status: "FAILED" }),
    ],
  ],
  [
    "keeps a job of another scope apart",
    [changed(one, { status: "RUNNING" }), changed(elsewhere, { status: "FAILED" })],
    [changed(one, { status: "RUNNING" }), changed(elsewhere, { status: "FAILED" })],
  ],
  [
    "moves no change before the submission, but into it",
    [
      changed(one, { status: "RUNNING" }),
      submitted(one),
      changed(one, { status: "STARTING" }),
      changed(one, { status: "FAILED", stoppedAtMs: 7 }),
    ],
    [changed(one, { status: "RUNNING" }), { ...submitted(one), patch: { status: "FAILED", stoppedAtMs: 7 } }],
  ],
  [
    "puts changes of children into their latest child-put, each its own",
    [
      changed(childKey(ARRAY, 1), { status: "FAILED" }),
      putChild(ARRAY, 1),
      changed(childKey(ARRAY, 1), { status: "RUNNING" }),
      changed(ARRAY, { statusReason: "of the array" }),
      putChild(MULTI_NODE, 1),
      changed(childKey(ARRAY, 2), { status: "SUCCEEDED" }),
      changed(childKey(MULTI_NODE, 1), { status: "FAILED" }),
      changed(childKey(ARRAY, 1), { startedAtMs: 5 }),
      putChild(ARRAY, 1),
    ],
    [
      changed(childKey(ARRAY, 1), { status: "FAILED" }),
      putChild(ARRAY, 1, { ...PLACED, status: "RUNNING", startedAtMs: 5 }),
      changed(ARRAY, { statusReason: "of the array" }),
      putChild(MULTI_NODE, 1, { ...PLACED, status: "FAILED" }),
      changed(childKey(ARRAY, 2), { status: "SUCCEEDED" }),
      putChild(ARRAY, 1),
    ],
  ],
])("%s", (_name, changes, expected) => {
  expect(mergeJobChanges(changes)).toEqual(expected);
});
