import { Command, CommanderError } from "commander";
import { CliError } from "./cli-error.ts";
import type { CommandKit, ProgramParts } from "./command-kit.ts";
import { addEventsCommand } from "./events-command.ts";
import { EXIT, EXIT_CODES_TEXT } from "./exit-codes.ts";
import { addJobCommands } from "./job-commands.ts";
import { addSchedulingCommands } from "./scheduling-commands.ts";
import { addSecretCommand } from "./secret-command.ts";
import { addMachineCommands } from "./machine-commands.ts";

const PROGRAM_NOTES = `
A job is named by its id, the first or last characters of it, or a name that
only one job has; JOB:3 is a child of an array, JOB#1 a node.

${EXIT_CODES_TEXT}`;

/** Runs the command line. Resolves with the exit code; undefined where the command sets it itself. */
export async function runProgram(parts: ProgramParts, argv: readonly string[]): Promise<number | undefined> {
  const { errors } = parts.surroundings;
  let exitCode: number | undefined;
  const program = createProgram(parts, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(withoutVainHelp(program, argv), { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageExitCode(error, argv);
    if (!(error instanceof CliError)) throw error;
    await errors.write(`batchyard: ${error.message}\n  ${error.remedy}\n`);
    return error.exitCode;
  }
}

/** The whole tree of commands. What they do is loaded when they are called. */
export function createProgram(parts: ProgramParts, onEnd: (exitCode: number) => void): Command {
  const { version, serve, surroundings } = parts;
  const { output, errors } = surroundings;
  const program = new Command("batchyard")
    .description("AWS Batch that you can run yourself: the server, and a command line for it and for AWS.")
    .version(version, "-v, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "Show help, of a command if one is named")
    .addHelpText("after", PROGRAM_NOTES)
    .showHelpAfterError("(--help shows what there is)")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void output.write(text),
      writeErr: (text) => void errors.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, "batchyard: ")),
      getOutHelpWidth: () => output.columns ?? 80,
      getErrHelpWidth: () => errors.columns ?? 80,
      getOutHasColors: () => output.hasColors,
      getErrHasColors: () => errors.hasColors,
    });
  program.addCommand(serve.summary("Run the server").copyInheritedSettings(program));
  const kit: CommandKit = { ...parts, program, act: async (work) => onEnd(await work()) };
  addJobCommands(kit);
  addEventsCommand(kit);
  addSchedulingCommands(kit);
  addSecretCommand(kit);
  addMachineCommands(kit);
  return program;
}

/** Help of a command that there is not is answered as that command is: with what may have been meant. */
function withoutVainHelp({ commands }: Command, argv: readonly string[]): readonly string[] {
  const [first, named] = argv;
  if (first !== "help" || named === undefined || named.startsWith("-")) return argv;
  return commands.some((command) => command.name() === named) ? argv : [named];
}

function usageExitCode({ exitCode }: CommanderError, argv: readonly string[]): number {
  if (exitCode === 0) return EXIT.done;
  const [command, ...words] = argv;
  const end = words.indexOf("--");
  const isWaiting = words.slice(0, end === -1 ? undefined : end).includes("--wait");
  return command === "run" || (command === "submit" && isWaiting) ? EXIT.runFailed : EXIT.usage;
}
