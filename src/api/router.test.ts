import { expect, test } from "vitest";
import { findService } from "./router.ts";
import type { ServiceName } from "./services.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
const JSON_RPC = { "content-type": "application/x-amz-json-1.1" };

test.each<[method: string, target: string, headers: Record<string, string>, expected: ServiceName]>([
  ["POST", "/v1/submitjob", {}, "batch"],
  ["GET", "/v1/tags/arn", {}, "batch"],
  ["POST", "/v1/submitjob", { ...FORM, "x-amz-target": "Logs_20140328.PutLogEvents" }, "batch"],
  ["POST", "/", { "x-amz-target": "Logs_20140328.PutLogEvents" }, "logs"],
  ["POST", "/", { "x-amz-target": "Other_1.Op", ...FORM }, "logs"],
  ["POST", "/", FORM, "sts"],
  ["POST", "/", { "content-type": "APPLICATION/X-WWW-FORM-URLENCODED" }, "sts"],
  ["GET", "/?Action=GetCallerIdentity&Version=2011-06-15", {}, "sts"],
  ["POST", "/other", FORM, "batch"],
  ["POST", "/", signedFor("logs"), "logs"],
  ["POST", "/", signedFor("sts"), "sts"],
  ["POST", "/", signedFor("batch"), "batch"],
  ["POST", "/", signedFor("s3"), "batch"],
  ["GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=k%2F1%2Fr%2Flogs%2Faws4_request", {}, "logs"],
  ["POST", "/", JSON_RPC, "logs"],
  ["POST", "/", {}, "batch"],
  ["GET", "/health", {}, "batch"],
  ["OPTIONS", "*", {}, "batch"],
])("%s %s with %j is for %s", (method, target, headers, expected) => {
  expect(findService({ method, target, headers }).name).toBe(expected);
});

function signedFor(service: string): Record<string, string> {
  return { authorization: `AWS4-HMAC-SHA256 Credential=k/20261121/r/${service}/aws4_request` };
}
