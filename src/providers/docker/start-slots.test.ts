import { expect, test } from "vitest";
import { StartSlots } from "./start-slots.ts";

test("gives so many slots at a time, the others in the order of their coming, without those who left", async () => {
  const slots = new StartSlots(1);
  const entered: string[] = [];
  const leaving = new AbortController();
  const take = async (name: string, signal = new AbortController().signal): Promise<void> => {
    entered.push(`${name} ${await slots.take(signal)}`);
  };
  const all = [take("first"), take("second"), take("leaver", leaving.signal), take("third")];
  await all[0];
  leaving.abort();
  await all[2];
  slots.release();
  await all[1];
  slots.release();
  await Promise.all(all);
  expect(entered).toEqual(["first true", "leaver false", "second true", "third true"]);
  expect(await slots.take(AbortSignal.abort())).toBe(false);
});
