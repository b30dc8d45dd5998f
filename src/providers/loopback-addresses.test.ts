import { expect, test } from "vitest";
import { LoopbackAddresses } from "./loopback-addresses.ts";

test("each task has an address of its own, always the same, away from those that machines use", () => {
  const addresses = new LoopbackAddresses();
  const all = Array.from({ length: 20_000 }, (_, index) => addresses.claim(`task ${index}`));
  expect(new Set(all).size).toBe(all.length);
  expect(all.filter((address) => !/^127\.[1-9]\d*\.\d+\.[1-9]\d*$/.test(address))).toEqual([]);
  expect(addresses.claim("task 7")).toBe(all[7]);
  expect(new LoopbackAddresses().claim("task 7")).toBe(all[7]);
});

test("a task keeps what it had, and another gets none that is taken", () => {
  const mine = new LoopbackAddresses().claim("mine");
  const addresses = new LoopbackAddresses();
  expect(addresses.claim("another", mine)).toBe(mine);
  expect(addresses.claim("mine")).not.toBe(mine);
  addresses.release("another");
  expect(addresses.claim("another", mine)).toBe(mine);
});
