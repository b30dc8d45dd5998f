import type { SeededRandom } from "../../src/lib/seeded-random.ts";
import { RawJson, RawObject } from "./json-text.ts";

/** Names that mean something to JavaScript, and some that mean nothing to anybody. */
const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "length",
  "then",
  "toJSON",
  "",
  "\u0000",
  "\ud800",
  "stranger",
];

const TEXTS = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\r\nX-Injected: 1",
  "\u001b[31m",
  "\u202e\u200b\ufeff",
  "\ud800",
  "\udfff\ud800",
  "🙂".repeat(200),
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "%00%2e%2e%2f",
  "${jndi:ldap://x}",
  "'; DROP TABLE jobs; --",
  "<script>",
  "null",
  "undefined",
  "NaN",
  "-1",
  "1e999",
  "0x10",
  "arn:aws:batch:us-east-1:111122223333:job-queue/",
  "arn:aws:batch:us-east-1:111122223333:job-definition/single:99999999999999999999",
  "arn:::::::",
  ":",
  "#",
  "00000000-0000-4000-8000-000000000001:99999999999",
  "00000000-0000-4000-8000-000000000001#-1",
  "Ref::",
  "Ref::__proto__",
  "*",
  "9".repeat(400),
];

const NUMBERS = [
  -1,
  -0,
  0,
  0.5,
  1e-320,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  Number.MAX_VALUE,
  new RawJson("1e400"),
  new RawJson("-1e400"),
  new RawJson("123456789012345678901234567890"),
  new RawJson("0.1000000000000000055511151231257827"),
  new RawJson("-0"),
];

/** Not JSON, though some parsers take them. */
const NOT_JSON = [
  "NaN",
  "Infinity",
  "-Infinity",
  "undefined",
  "01",
  "+1",
  ".5",
  "'a'",
  '"\u0001"',
  '"\\x"',
  "{a:1}",
];

export function hostileName(random: SeededRandom): string {
  return random.pick(NAMES) ?? "";
}

export function hostileText(random: SeededRandom): string {
  if (random.chance(15)) return "x".repeat(random.between(100, 40_000));
  if (random.chance(10))
    return String.fromCharCode(...Array.from({ length: 20 }, () => random.between(0, 0xffff)));
  return random.pick(TEXTS) ?? "";
}

export function hostileNumber(random: SeededRandom): unknown {
  return random.pick(NUMBERS);
}

/** Anything, of any kind. */
export function hostileValue(random: SeededRandom): unknown {
  switch (random.between(0, 9)) {
    case 0:
      return null;
    case 1:
      return random.chance(50);
    case 2:
    case 3:
      return hostileNumber(random);
    case 4:
      return [];
    case 5:
      return Array.from({ length: random.between(1, 60) }, () => hostileText(random));
    case 6:
      return new RawObject([[hostileName(random), { a: 1 }]]);
    case 7:
      return deeplyNested(random);
    default:
      return hostileText(random);
  }
}

/** Text that is no JSON, in a place where a value should be. */
export function notJson(random: SeededRandom): RawJson {
  return new RawJson(random.pick(NOT_JSON) ?? "");
}

function deeplyNested(random: SeededRandom): RawJson {
  const depth = random.between(10, 20_000);
  const [open, close] = random.chance(50) ? ["[", "]"] : ['{"a":', "}"];
  return new RawJson(`${open.repeat(depth)}1${close.repeat(depth)}`);
}
