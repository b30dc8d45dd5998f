import { join } from "node:path";
import { PythonEnvironment } from "./python-environment.ts";
import type { CommandSettings } from "./python-environment.ts";
import type { CommandResult } from "./run-program.ts";

const CLIENTS = new PythonEnvironment("python-clients", "requirements.txt", 120);
/** The interpreter that has the clients. */
export const PYTHON = join(CLIENTS.programs, "python");

/** The environment of a user whose clients all go to one server, one that takes any key. */
export function pointedAt(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "any",
    AWS_SECRET_ACCESS_KEY: "any",
    AWS_DEFAULT_REGION: "us-east-1",
  };
}

/** Tests that need boto3 or the AWS CLI. */
export async function describeWithPythonClients(name: string, body: () => void): Promise<void> {
  await CLIENTS.describe(name, body);
}

/** Runs a program with boto3 and the AWS CLI at hand. */
export async function runCommand(
  settings: CommandSettings,
  program: string,
  args: readonly string[],
): Promise<CommandResult> {
  return CLIENTS.run(settings, program, args);
}
