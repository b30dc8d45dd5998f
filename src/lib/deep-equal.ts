/** Whether two values that JSON can hold are the same; members that are undefined count as absent, order as nothing. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  return hasMembersOf(a, b) && definedCount(a) === definedCount(b);
}

function hasMembersOf(a: object, b: object): boolean {
  for (const key in a) {
    const member: unknown = Reflect.get(a, key);
    // What an object inherits is no value that JSON can hold, or is not counted.
    if (member !== undefined && !deepEqual(member, Reflect.get(b, key))) return false;
  }
  return true;
}

function definedCount(value: object): number {
  let count = 0;
  for (const key in value) if (Reflect.get(value, key) !== undefined) count += 1;
  return count;
}
