import { Option } from "commander";
import type { Command } from "commander";
import type { ConnectionOptions, Context } from "./context.ts";
import type { Surroundings } from "./surroundings.ts";

export interface ProgramParts {
  readonly version: string;
  /** Where a server of this machine listens if nobody says otherwise. */
  readonly localUrl: string;
  /** The command that runs the server. */
  readonly serve: Command;
  readonly surroundings: Surroundings;
}

/** What adds commands to the program. `act` runs what a command does and keeps how the program is to end. */
export interface CommandKit extends ProgramParts {
  readonly program: Command;
  act(work: () => Promise<number>): Promise<void>;
}

/** What a command works with. What talks to servers is loaded only by commands that do. */
export async function openContext(options: ConnectionOptions, kit: CommandKit): Promise<Context> {
  const { connect } = await import("./context.ts");
  return connect(options, kit.surroundings, kit.localUrl);
}

/** The options of each command that asks a server. */
export function addConnectionOptions(command: Command): Command {
  return command
    .addOption(
      connectionOption(
        "--endpoint <url>",
        "server to ask, your own or AWS's (else AWS_ENDPOINT_URL_BATCH, AWS_ENDPOINT_URL, or the server of this machine)",
      ),
    )
    .addOption(
      connectionOption(
        "--region <name>",
        "region (else AWS_REGION, AWS_DEFAULT_REGION, the profile's, us-east-1)",
      ),
    )
    .addOption(
      connectionOption(
        "--profile <name>",
        "AWS profile that holds the access key (else the keys of the environment, AWS_PROFILE)",
      ),
    )
    .addOption(
      connectionOption("--output <form>", "json is for programs").choices(["text", "json"]).default("text"),
    );
}

/** Examples are shown below a command's options. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}

function connectionOption(flags: string, description: string): Option {
  return new Option(flags, description).helpGroup("Connection and output:");
}
