import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Sealer } from "../secrets/sealer.ts";
import { TaskEndpointIds } from "./task-endpoint-ids.ts";

const ids = new TaskEndpointIds(new Sealer(() => Buffer.alloc(32, 1)));
const others = new TaskEndpointIds(new Sealer(() => Buffer.alloc(32, 2)));
const taskId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString("hex"));

test("an id leads to its task and says nothing of it without the key", () => {
  fc.assert(
    fc.property(taskId, (task) => {
      const id = ids.credentialsId(task);
      expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(ids.taskIdOf(id)).toBe(task);
      expect(others.taskIdOf(id)).not.toBe(task);
    }),
  );
});

test("what has not the form of an id leads nowhere", () => {
  for (const text of ["", "x", "0".repeat(32), "../../etc/passwd"])
    expect(ids.taskIdOf(text)).toBeUndefined();
});

test("a token is that of its task alone", () => {
  fc.assert(
    fc.property(taskId, taskId, (one, other) => {
      expect(ids.isToken(one, ids.token(one))).toBe(true);
      expect(ids.isToken(one, ids.token(other))).toBe(one === other);
      expect(ids.isToken(one, others.token(one))).toBe(false);
    }),
  );
});
