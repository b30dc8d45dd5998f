import { Argument, Option } from "commander";
import type { Command } from "commander";
import { addConnectionOptions, examples } from "./command-kit.ts";
import type { CommandKit } from "./command-kit.ts";
import type { ConnectionOptions } from "./context.ts";
import { SHELL_NAMES } from "./shell-names.ts";
import type { ShellName } from "./shell-names.ts";

/** The commands about this machine and this program. */
export function addMachineCommands(kit: CommandKit): void {
  addDoctor(kit);
  addVersion(kit);
  addCompletion(kit);
}

interface DoctorArguments {
  readonly data: string;
  readonly port: number;
  readonly dockerHost?: string;
  readonly output: "text" | "json";
}

function addDoctor(kit: CommandKit): void {
  const command = kit.program
    .command("doctor")
    .summary("Look whether jobs can run on this machine")
    .description("Look whether jobs can run on this machine, and say what to do about what is missing.");
  for (const flag of ["--data", "--port", "--docker-host"]) command.addOption(optionOf(kit.serve, flag));
  command
    .addOption(
      new Option("--output <form>", "json is for programs").choices(["text", "json"]).default("text"),
    )
    .addHelpText("after", examples("batchyard doctor"))
    .action(async ({ data, port, dockerHost, output }: DoctorArguments) => {
      await kit.act(async () => {
        const { doctor } = await import("./commands/doctor.ts");
        const isJson = output === "json";
        return await doctor(kit.surroundings, { dataDir: data, port, dockerHost, isJson });
      });
    });
}

function addVersion(kit: CommandKit): void {
  const command = kit.program
    .command("version")
    .summary("Show the versions of program and server")
    .description("Show the version of this program, and the server's if one answers.");
  addConnectionOptions(command).action(async (options: ConnectionOptions) => {
    await kit.act(async () => {
      const { showVersion } = await import("./commands/version.ts");
      const { localUrl, version } = kit;
      return await showVersion(kit.surroundings, { ...options, localUrl, version });
    });
  });
}

function addCompletion(kit: CommandKit): void {
  kit.program
    .command("completion")
    .summary("Print a script for completion in a shell")
    .description("Print a script that completes commands and options in a shell.")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELL_NAMES))
    .addHelpText(
      "after",
      examples(
        "source <(batchyard completion bash)",
        "source <(batchyard completion zsh)",
        "batchyard completion fish | source",
      ),
    )
    .action(async (shell: ShellName) => {
      await kit.act(async () => {
        const { renderCompletion } = await import("./completion.ts");
        await kit.surroundings.output.write(renderCompletion(kit.program, shell));
        return 0;
      });
    });
}

/** An option of the server's, told here as it is told there. */
function optionOf(serve: Command, flag: string): Option {
  const found = serve.options.find(({ long }) => long === flag);
  if (found === undefined) throw new Error(`serve has no option ${flag}`);
  return found;
}
