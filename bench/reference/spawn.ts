import { spawn } from "node:child_process";
import { once } from "node:events";

/** Starts the command as Node starts programs; resolves when it has ended. */
export async function spawnDirectly([program = "", ...words]: readonly string[]): Promise<void> {
  await once(spawn(program, words, { stdio: "ignore" }), "exit");
}
