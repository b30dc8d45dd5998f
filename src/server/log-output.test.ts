import { beforeEach, expect, test, vi } from "vitest";
import { LogOutput } from "./log-output.ts";

const disk = vi.hoisted(() => ({ text: "", roomBytes: Infinity }));

vi.mock("node:fs", () => ({
  writeSync(_descriptor: number, bytes: Buffer, offset: number): number {
    const taken = bytes.subarray(offset, offset + Math.min(disk.roomBytes, bytes.length));
    if (taken.length === 0) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "write" });
    disk.text += taken.toString();
    disk.roomBytes -= taken.length;
    return taken.length;
  },
}));

beforeEach(() => {
  disk.text = "";
  disk.roomBytes = Infinity;
});

function anOutput(): LogOutput {
  return new LogOutput(2, (count) => `lost ${count}\n`);
}

test("lines come out as they are", () => {
  const output = anOutput();
  output.write("one\n");
  output.write("two\n");
  expect(disk.text).toBe("one\ntwo\n");
});

test("lines that a full disk does not take are counted, and told of before the next that it takes", () => {
  const output = anOutput();
  output.write("one\n");
  disk.roomBytes = 0;
  for (let count = 0; count < 1_000; count += 1) output.write("lost\n");
  disk.roomBytes = Infinity;
  output.write("two\n");
  output.write("three\n");
  expect(disk.text).toBe("one\nlost 1000\ntwo\nthree\n");
});

test("a line that was cut goes on where it was cut", () => {
  const output = anOutput();
  disk.roomBytes = 6;
  for (const line of ["one\n", "two\n", "three\n", "four\n"]) output.write(line);
  expect(disk.text).toBe("one\ntw");
  disk.roomBytes = Infinity;
  output.write("five\n");
  expect(disk.text).toBe("one\ntwo\nlost 2\nfive\n");
});

test("a note that is not taken either is made again, with all that was lost since", () => {
  const output = anOutput();
  disk.roomBytes = 0;
  output.write("one\n");
  output.write("two\n");
  disk.roomBytes = 3;
  output.write("three\n");
  disk.roomBytes = Infinity;
  output.write("four\n");
  expect(disk.text).toBe("lost 2\nlost 1\nfour\n");
});
