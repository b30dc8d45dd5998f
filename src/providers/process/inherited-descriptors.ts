import { closeSync, openSync, readFileSync, readdirSync } from "node:fs";

/** The highest descriptor that can be kept from jobs: the work for it grows with its number. */
export const INHERITED_DESCRIPTOR_MAX = 65_535;

/**
 * The descriptors above 2 that a program started from here would get, ascending. Node marks those that it opens, and
 * at its start those that it was given, but these only up to the first number from 16 on that is not open.
 */
export function listInheritedDescriptors(): readonly number[] {
  return readdirSync("/proc/self/fdinfo")
    .map(Number)
    .filter((fd) => fd > 2 && isInherited(fd))
    .sort((a, b) => a - b);
}

/**
 * What a program is started with so that it gets the first of these descriptors and nothing else of the server's: in
 * place of those that it would inherit it has `/dev/null`, as Node can give a descriptor but not close one. The numbers
 * between them are left alone: they are not open, or close by themselves.
 */
export function createPrivateStdio(first: readonly ("pipe" | "ignore" | number)[]): PrivateStdio {
  const inherited = listInheritedDescriptors().filter((fd) => fd >= first.length);
  if (inherited.length === 0) return { stdio: [...first], [Symbol.dispose]: () => {} };
  const nothing = openSync("/dev/null", "r+");
  const stdio = Array.from({ length: (inherited.at(-1) ?? 0) + 1 }, (_, fd) => first[fd] ?? "ignore");
  for (const fd of inherited) stdio[fd] = nothing;
  return { stdio, [Symbol.dispose]: () => closeSync(nothing) };
}

export interface PrivateStdio extends Disposable {
  /** May be used until this is disposed of. */
  readonly stdio: ("pipe" | "ignore" | number)[];
}

/** The flag close-on-exec, as proc_pid_fdinfo(5) shows it: in octal, among those of open(2). */
const CLOSE_ON_EXEC = 0o2000000;

function isInherited(fd: number): boolean {
  try {
    const flags = readFileSync(`/proc/self/fdinfo/${fd}`, "utf8").match(/^flags:\s+([0-7]+)$/m)?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false; // it was that of the listing itself
  }
}
