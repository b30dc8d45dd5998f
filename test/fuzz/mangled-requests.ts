import type { ApiRequest } from "../../src/api/http.ts";
import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import { hostileText } from "./hostile-values.ts";

export interface Mangled {
  readonly request: ApiRequest;
  readonly mustBeRefused: boolean;
}

type Mangling = (random: SeededRandom, request: ApiRequest) => Mangled;

const BODIES = ["[]", "null", "1", '"text"', "{", "}", "{}{}", "{,}", '{"a"}', "//", "{'a':1}", '{"a":1,}'];

/** Ways to make no request at all of a good one. */
const MANGLINGS: readonly Mangling[] = [
  (random, request) => ({
    request: { ...request, body: Buffer.from(random.pick(BODIES) ?? "") },
    mustBeRefused: request.method === "POST",
  }),
  (random, request) => ({
    request: {
      ...request,
      body: request.body.subarray(0, random.between(1, Math.max(1, request.body.length - 1))),
    },
    mustBeRefused: request.method === "POST" && request.body.length > 2,
  }),
  (random, request) => ({
    request: { ...request, body: withByte(request.body, random.between(0, 255), random) },
    mustBeRefused: false,
  }),
  (_random, request) => ({
    request: { ...request, body: Buffer.concat([request.body, Buffer.from([0xff, 0xfe, 0x00])]) },
    mustBeRefused: request.method === "POST",
  }),
  (random, request) => ({
    request: {
      ...request,
      method: random.pick(["GET", "PUT", "PATCH", "HEAD", "OPTIONS", "post", "TRACE"]) ?? "",
    },
    mustBeRefused: !request.target.startsWith("/v1/tags"),
  }),
  (random, request) => ({
    request: { ...request, target: mangledTarget(random, request.target) },
    mustBeRefused: false,
  }),
  (random, request) => ({
    request: {
      ...request,
      headers: { ...request.headers, "content-encoding": random.pick(["gzip", "br", "x"]) },
    },
    mustBeRefused: true,
  }),
  (random, request) => ({
    request: {
      ...request,
      headers: {
        ...request.headers,
        [random.pick(["content-type", "x-amz-target", "x-amz-date", "accept", "x-batchyard-wait"]) ?? ""]:
          hostileText(random),
      },
    },
    mustBeRefused: false,
  }),
];

/** A request as no client of AWS's sends it. */
export function mangle(random: SeededRandom, request: ApiRequest): Mangled {
  const mangling = random.pick(MANGLINGS);
  return mangling === undefined ? { request, mustBeRefused: false } : mangling(random, request);
}

function withByte(body: Uint8Array, byte: number, random: SeededRandom): Uint8Array {
  const changed = Buffer.from(body);
  if (changed.length > 0) changed[random.between(0, changed.length - 1)] = byte;
  return changed;
}

function mangledTarget(random: SeededRandom, target: string): string {
  const place = random.between(1, target.length);
  const inserted = random.pick([
    "/",
    "//",
    "%",
    "%zz",
    "%00",
    "?",
    "?a=b&a",
    "#",
    "..",
    "%2F",
    "%C3%28",
    "\u00e9",
    ";",
  ]);
  return `${target.slice(0, place)}${inserted}${random.chance(50) ? target.slice(place) : ""}`;
}
