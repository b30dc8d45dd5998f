import { Argument } from "commander";
import { addConnectionOptions, examples, openContext } from "./command-kit.ts";
import type { CommandKit } from "./command-kit.ts";
import type { SecretOptions } from "./commands/secret.ts";
import type { ConnectionOptions } from "./context.ts";

/** The command about the secrets that a server keeps for its jobs. */
export function addSecretCommand(kit: CommandKit): void {
  const command = kit.program
    .command("secret")
    .summary("Keep secrets for jobs")
    .description(
      "Keep secrets for jobs: put one (its value is read from standard input), list their names, remove one. " +
        "Jobs get them by `secrets` of their definition; nobody reads them back.",
    )
    .addArgument(new Argument("<action>", "what to do").choices(["put", "ls", "rm"]))
    .argument("[name]", "the secret's name, as in db/password")
    .option("--file <file>", "file that holds the value, instead of standard input");
  addConnectionOptions(command)
    .addHelpText(
      "after",
      examples(
        "batchyard secret put db/password <password.txt",
        "batchyard secret ls",
        "batchyard secret rm db/password",
      ),
    )
    .action(
      async (
        action: SecretOptions["action"],
        name: string | undefined,
        options: Pick<SecretOptions, "file"> & ConnectionOptions,
      ) => {
        await kit.act(async () => {
          const { secret } = await import("./commands/secret.ts");
          const named = name === undefined ? {} : { name };
          return await secret(await openContext(options, kit), { ...options, ...named, action });
        });
      },
    );
}
