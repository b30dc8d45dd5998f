import { expect, test } from "vitest";
import { bearableConnections, parseDescriptorLimit } from "./descriptor-limit.ts";

test.each<[descriptorLimit: number, connections: number]>([
  [Infinity, 1_000],
  [1_048_576, 1_000],
  [1_024, 768],
  [256, 192],
  [128, 64],
  [64, 1],
  [20, 1],
])("with %d descriptors there are at most %d connections", (descriptorLimit, connections) => {
  expect(bearableConnections(descriptorLimit, 1_000)).toBe(connections);
});

const HEAD = "Limit                     Soft Limit           Hard Limit           Units     \n";

test.each<[line: string, limit: number]>([
  ["Max open files            1024                 20000                files     \n", 1_024],
  ["Max open files            unlimited            unlimited            files     \n", Infinity],
  ["", Infinity],
])("the limit is read from %j", (line, limit) => {
  expect(parseDescriptorLimit(`${HEAD}${line}`)).toBe(limit);
});
