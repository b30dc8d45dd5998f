import { readFileSync } from "node:fs";

/** A file of headers that cannot be read as one. */
export class WebhookHeadersError extends Error {
  override readonly name = "WebhookHeadersError";
}

/** The headers in a file of lines `NAME: VALUE`; empty lines and those that begin with `#` say nothing. */
export function readWebhookHeaders(path: string | undefined): Readonly<Record<string, string>> {
  if (path === undefined) return {};
  return Object.fromEntries(
    readText(path)
      .split("\n")
      .map((line, index) => ({ line: line.trim(), number: index + 1 }))
      .filter(({ line }) => line !== "" && !line.startsWith("#"))
      .map(({ line, number }) => {
        const [, name, value] = HEADER.exec(line) ?? [];
        if (name !== undefined && value !== undefined) return [name, value];
        throw new WebhookHeadersError(`${path}, line ${number}: a header must be NAME: VALUE`);
      }),
  );
}

const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e]+)$/;

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new WebhookHeadersError(
      `--event-webhook-headers ${path} cannot be read: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
