import { assert, constantFrom, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { mapImage, parseImageMapping } from "./image-map.ts";
import type { ImageMap } from "./image-map.ts";

const ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const MAP: ImageMap = [
  { from: ECR, to: "localhost:5000" },
  { from: `${ECR}/app`, to: "localhost:5000/app2" },
  { from: "busybox", to: "my/busybox" },
  { from: "exact:1", to: "other:2" },
];

describe("mapImage", () => {
  test.each<[image: string, mapped: string]>([
    [`${ECR}/team/app:1`, "localhost:5000/team/app:1"],
    [`${ECR}/app:1`, "localhost:5000/app2:1"],
    [`${ECR}/app`, "localhost:5000/app2"],
    [`${ECR}/app@sha256:abc`, "localhost:5000/app2@sha256:abc"],
    [`${ECR}/application:1`, "localhost:5000/application:1"],
    [`${ECR}.cn/app`, `${ECR}.cn/app`],
    ["busybox", "my/busybox"],
    ["busybox:1", "my/busybox:1"],
    ["busybox-extra", "busybox-extra"],
    ["library/busybox", "library/busybox"],
    ["exact:1", "other:2"],
    ["exact:10", "exact:10"],
    ["", ""],
  ])("takes %s as %s", (image, mapped) => {
    expect(mapImage(image, MAP)).toBe(mapped);
    expect(mapImage(image, MAP.toReversed())).toBe(mapped);
  });

  test("keeps all that comes behind", () => {
    const rest = constantFrom("", "/a", "/a/b:1", ":tag", "@sha256:00");
    assert(
      property(string({ minLength: 1 }), rest, (from, behind) => {
        expect(mapImage(`${from}${behind}`, [{ from, to: "to" }])).toBe(`to${behind}`);
      }),
    );
  });

  test("leaves everything as it is without a map", () => {
    assert(property(string(), (image) => mapImage(image, []) === image));
  });
});

describe("parseImageMapping", () => {
  test("reads FROM=TO, with or without a slash behind", () => {
    expect(parseImageMapping("a/b=localhost:5000")).toEqual({ from: "a/b", to: "localhost:5000" });
    expect(parseImageMapping("a/=localhost:5000/")).toEqual({ from: "a", to: "localhost:5000" });
  });

  test.each(["", "a", "a=", "=b", "a=b=c", "/=b", "a=b c", " a=b", "https://a=b"])("refuses %j", (text) => {
    expect(parseImageMapping(text)).toEqual({
      problem: `--image-map must be FROM=TO, as in registry.example/team=localhost:5000, got ${text}`,
    });
  });
});
