import { readFile } from "node:fs/promises";
import { isSystemError } from "../../lib/system-error.ts";
import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { jsonText } from "../json-text.ts";
import { renderTable } from "../table.ts";
import { formatAge, styled } from "../text.ts";

export interface SecretOptions {
  readonly action: "put" | "ls" | "rm";
  readonly name?: string;
  /** Where the value stands; absent: standard input. */
  readonly file?: string;
}

/** As the server answers; see docs/secrets.md. */
interface SecretSummary {
  readonly name: string;
  readonly arn: string;
  readonly versionId: string;
  readonly createdAt: number;
  readonly changedAt: number;
}

/** `batchyard secret put|ls|rm`: the secret store of a server. No value ever comes back. */
export async function secret(context: Context, options: SecretOptions): Promise<number> {
  if (context.client.connection.endpoint.isAws) {
    throw new CliError(
      "AWS keeps its secrets in Secrets Manager and in Parameter Store, not in AWS Batch",
      "Use `aws secretsmanager` or `aws ssm`, or name a server of yours with --endpoint.",
    );
  }
  if (options.action === "ls") return await list(context);
  const { name } = options;
  if (name === undefined) {
    throw new CliError("the secret has no name", `Give one: batchyard secret ${options.action} NAME`, {
      exitCode: EXIT.usage,
    });
  }
  return options.action === "put" ? await put(context, name, options.file) : await remove(context, name);
}

async function put(context: Context, name: string, file: string | undefined): Promise<number> {
  const { output } = context.surroundings;
  const text = file === undefined ? await readValue(context, name) : await readValueFile(file);
  // The end of the line is the editor's or the terminal's, not the secret's.
  const value = text.replace(/\r?\n$/, "");
  const made = await context.client.own<Pick<SecretSummary, "arn">>("POST", "/secrets", { name, value });
  await output.write(context.isJson ? jsonText(made) : `${made.arn}\n`);
  return EXIT.done;
}

async function readValue({ surroundings }: Context, name: string): Promise<string> {
  if (surroundings.isInteractive) {
    await surroundings.errors.write(`batchyard: the value of ${name}, then Ctrl-D:\n`);
  }
  return await surroundings.readAll();
}

async function readValueFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CliError(`${file} cannot be read: ${error.message}`, "Check --file.", { cause: error });
  }
}

async function remove(context: Context, name: string): Promise<number> {
  await context.client.own("DELETE", `/secrets/${encodeURIComponent(name)}`);
  await context.surroundings.output.write(context.isJson ? "{}\n" : `${name}: removed\n`);
  return EXIT.done;
}

async function list(context: Context): Promise<number> {
  const { surroundings, client, isJson } = context;
  const secrets: SecretSummary[] = [];
  let token: string | undefined;
  do {
    const query = token === undefined ? "" : `?nextToken=${encodeURIComponent(token)}`;
    const page = await client.own<SecretPage>("GET", `/secrets${query}`);
    secrets.push(...page.secrets);
    token = page.nextToken;
  } while (token !== undefined);
  const { output, errors } = surroundings;
  if (isJson) await output.write(jsonText({ secrets }));
  else if (secrets.length > 0) await output.write(renderSecrets(context, secrets));
  if (secrets.length === 0)
    await errors.write("batchyard: there are no secrets yet: batchyard secret put NAME\n");
  return EXIT.done;
}

interface SecretPage {
  readonly secrets: readonly SecretSummary[];
  readonly nextToken?: string;
}

function renderSecrets({ surroundings }: Context, secrets: readonly SecretSummary[]): string {
  const { output } = surroundings;
  const titles = ["NAME", "CHANGED", "ARN"];
  const header = titles.map((text) => ({ text, paint: (padded: string) => styled(output, "bold", padded) }));
  const nowMs = surroundings.nowMs();
  const rows = secrets.map(({ name, changedAt, arn }) => [name, formatAge(nowMs - changedAt), arn]);
  return renderTable([header, ...rows], output.columns);
}
