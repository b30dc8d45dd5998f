import type { Command, Option } from "commander";
import { unreachable } from "../lib/assert.ts";
import type { ShellName } from "./shell-names.ts";

/** What can be typed, as the command tree has it. */
interface Completions {
  readonly commands: readonly {
    readonly name: string;
    readonly description: string;
    readonly options: readonly {
      /** Its value is a file or a folder. */
      readonly isPath: boolean;
      readonly flags: readonly string[];
      readonly description: string;
      readonly choices: readonly string[];
      readonly takesValue: boolean;
    }[];
    /** What an argument can be, where that is known. */
    readonly choices: readonly string[];
  }[];
}

/** The script that completes the program's commands, options and their values in a shell. */
export function renderCompletion(program: Command, shell: ShellName): string {
  const completions = completionsOf(program);
  switch (shell) {
    case "bash":
      return renderBash(completions);
    case "zsh":
      // Zsh's own module runs bash's scripts.
      return `autoload -U +X bashcompinit && bashcompinit\n${renderBash(completions)}`;
    case "fish":
      return renderFish(completions);
    default:
      return unreachable(shell);
  }
}

function completionsOf(program: Command): Completions {
  const help = program.createHelp();
  return {
    commands: help.visibleCommands(program).map((command) => ({
      name: command.name(),
      description: firstSentence(command.description()),
      options: help.visibleOptions(command).map(optionOf),
      choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    })),
  };
}

function optionOf(option: Option) {
  return {
    flags: [option.long, option.short].filter((flag) => flag !== undefined && flag !== null),
    description: option.description,
    choices: option.argChoices ?? [],
    takesValue: option.required,
    isPath: /<(file|folder)>/.test(option.flags),
  };
}

function renderBash({ commands }: Completions): string {
  const names = commands.map(({ name }) => name).join(" ");
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(
        ({ flags, choices, isPath }) =>
          `    ${flags.map((flag) => `${name}:${flag}`).join("|")}) COMPREPLY=($(compgen -P "$prefix" ${isPath ? "-f" : `-W "${choices.join(" ")}"`} -- "$current")); return ;;`,
      ),
  );
  const words = commands.map(({ name, options, choices }) => {
    const own = [...options.flatMap(({ flags }) => flags), ...choices];
    const all = name === "help" ? commands.map((command) => command.name) : own;
    return `    ${name}) words="${all.join(" ")}" ;;`;
  });
  return [
    "# batchyard: completion for bash. Use it with: source <(batchyard completion bash)",
    "_batchyard() {",
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" command="${COMP_WORDS[1]}" words="" prefix=""',
    "  COMPREPLY=()",
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${names} --help --version" -- "$current"))`,
    "    return",
    "  fi",
    "  local index",
    "  for ((index = 2; index < COMP_CWORD; index++)); do",
    '    [ "${COMP_WORDS[index]}" = "--" ] && { COMPREPLY=($(compgen -c -f -- "$current")); return; }',
    "  done",
    "  # Of --option=value bash makes three words; where = does not part words it is one.",
    '  if [ "$current" = "=" ]; then current=""',
    '  elif [ "$previous" = "=" ]; then previous="${COMP_WORDS[COMP_CWORD-2]}"',
    '  elif [[ "$current" == --*=* ]]; then previous="${current%%=*}" prefix="${current%%=*}=" current="${current#*=}"',
    "  fi",
    '  case "$command:$previous" in',
    ...values,
    "  esac",
    '  case "$command" in',
    ...words,
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    "}",
    "complete -F _batchyard batchyard",
    "",
  ].join("\n");
}

function renderFish({ commands }: Completions): string {
  const lines = commands.flatMap(({ name, description, options, choices }) => [
    `complete -c batchyard -f -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ...(choices.length === 0
      ? []
      : [`complete -c batchyard -f -n '__fish_seen_subcommand_from ${name}' -a '${choices.join(" ")}'`]),
    ...options.map(
      (option) =>
        `complete -c batchyard -n '__fish_seen_subcommand_from ${name}' ${option.flags.map(fishFlag).join(" ")}` +
        (option.takesValue ? ` -r${option.isPath ? "" : " -f"}` : "") +
        (option.choices.length > 0 ? ` -a '${option.choices.join(" ")}'` : "") +
        ` -d ${quoted(option.description)}`,
    ),
  ]);
  return [
    "# batchyard: completion for fish. Use it with: batchyard completion fish | source",
    ...lines,
    "",
  ].join("\n");
}

function fishFlag(flag: string): string {
  return flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

function firstSentence(text: string): string {
  return text.replace(/\.(\s.*)?$/s, "");
}
