import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What this program makes at the top of a data folder. */
const OURS = /^(batchyard\.db|lock\.db|event-dead-letters\.jsonl|pid$|logs$|process$|docker$|memory$)/;

const OTHERS_BITS = 0o077;
const STICKY_BIT = 0o1000;

/**
 * Closes a data folder, and what is in it of ours, to every other user: an earlier version, or whoever made the folder,
 * may have left it open. A folder that holds other things as well keeps its mode.
 *
 * @returns what there is to tell of it, as sentences.
 */
export function makePrivate(folder: string): readonly string[] {
  const names = readdirSync(folder);
  const ours = names.filter((name) => OURS.test(name)).map((name) => join(folder, name));
  const open = ours.filter((path) => !isPrivate(path) && !close(path));
  const sentences = open.map(
    (path) => `${path} is open to other users of this machine and not ours to close`,
  );
  if (isPrivate(folder)) return sentences;

  const { mode } = lstatSync(folder);
  const isOwn = ours.length === names.length && (mode & STICKY_BIT) === 0;
  const before = (mode & 0o7777).toString(8);
  if (isOwn && close(folder))
    return [...sentences, `${folder} had mode ${before} and is its owner's alone now`];
  return [...sentences, `${folder} has mode ${before}: other users of this machine can see the names in it`];
}

function isPrivate(path: string): boolean {
  const stat = lstatSync(path);
  return stat.isSymbolicLink() || (stat.mode & OTHERS_BITS) === 0;
}

/** Says whether it could be done. */
function close(path: string): boolean {
  try {
    chmodSync(path, lstatSync(path).mode & ~OTHERS_BITS & 0o7777);
    return true;
  } catch {
    return false; // another user's, or on a file system that knows no modes
  }
}
