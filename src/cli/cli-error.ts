import { EXIT } from "./exit-codes.ts";

/** What a command could not do, and what its user can do about it. */
export class CliError extends Error {
  override readonly name: string = "CliError";
  /** Whole sentences, imperative. */
  readonly remedy: string;
  readonly exitCode: number;

  constructor(message: string, remedy: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.remedy = remedy;
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

/** Nothing answers at the endpoint. */
export class ServerAwayError extends CliError {
  override readonly name = "ServerAwayError";
}

/** The service answered that it will not. */
export class RefusedError extends CliError {
  override readonly name = "RefusedError";
  /** AWS's name of the error: `ClientException`. */
  readonly type: string;

  constructor(type: string, message: string, remedy: string) {
    super(message, remedy);
    this.type = type;
  }
}
