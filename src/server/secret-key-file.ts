import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { isSystemError } from "../lib/system-error.ts";
import { MASTER_KEY_BYTES, SecretKeyFileError } from "../secrets/sealer.ts";
import type { MasterKey } from "../secrets/sealer.ts";

export interface SecretKeyFile {
  readonly path: string;
  /** Something is sealed with the key that stands in it: where it is not there, none is made in its place. */
  readonly isInUse: boolean;
}

const TEXT = new RegExp(`^[0-9a-f]{${2 * MASTER_KEY_BYTES}}\\n?$`);
const OTHERS_BITS = 0o077;
/** The second where a file stands in the place of a folder on the way: whoever makes the file says so. */
const NOT_THERE: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR"]);

/**
 * The key in this file: 64 hexadecimal digits. The file is looked for when the key is first needed, and made if it is
 * not there and not in use; one that others can read is refused.
 */
export function masterKeyOf(file: SecretKeyFile): MasterKey {
  let key: Buffer | undefined;
  return () => (key ??= findKey(file) ?? makeKey(file.path));
}

/** Why the file as it is now cannot be used; undefined where it can, or where it can be made. */
export function findKeyFileProblem(file: SecretKeyFile): string | undefined {
  try {
    findKey(file);
    return undefined;
  } catch (error) {
    if (error instanceof SecretKeyFileError) return error.message;
    throw error;
  }
}

function findKey({ path, isInUse }: SecretKeyFile): Buffer | undefined {
  const key = readKey(path);
  if (key !== undefined || !isInUse) return key;
  throw unusable(
    path,
    "it is gone, and secrets were sealed with it: put it back, or remove them (batchyard secret rm) and restart the server",
  );
}

function readKey(path: string): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if (isSystemError(error) && NOT_THERE.has(error.code)) return undefined;
    throw unusable(path, (error as Error).message, error);
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw unusable(path, "it is not a file");
    if ((stat.mode & OTHERS_BITS) !== 0) {
      throw unusable(path, "other users of this machine can read it; close it with chmod 600");
    }
    const text = readFileSync(fd, "utf8");
    if (!TEXT.test(text)) throw unusable(path, `it must hold ${2 * MASTER_KEY_BYTES} hexadecimal digits`);
    return Buffer.from(text.trim(), "hex");
  } finally {
    closeSync(fd);
  }
}

/** Written beside its place and linked there, so that it is whole or not there, and the first of two servers wins. */
function makeKey(path: string): Buffer {
  const unfinished = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const fd = openSync(unfinished, "wx", 0o600);
    try {
      writeSync(fd, `${randomBytes(MASTER_KEY_BYTES).toString("hex")}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    linkUnlessThere(unfinished, path);
  } catch (error) {
    throw unusable(path, `it cannot be made: ${(error as Error).message}`, error);
  } finally {
    rmSync(unfinished, { force: true });
  }
  const key = readKey(path);
  if (key === undefined) throw unusable(path, "it went away as it was made");
  return key;
}

function linkUnlessThere(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!isSystemError(error) || error.code !== "EEXIST") throw error;
  }
}

function unusable(path: string, reason: string, cause?: unknown): SecretKeyFileError {
  return new SecretKeyFileError(
    `the key file ${path} cannot be used: ${reason}. --secret-key-file names another place for it`,
    cause === undefined ? undefined : { cause },
  );
}
