/** Whether two values that JSON can hold are the same; members that are undefined count as absent, order as nothing. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const aMembers = definedMembers(a);
  const bMembers = definedMembers(b);
  return (
    aMembers.size === bMembers.size &&
    [...aMembers].every(([key, value]) => bMembers.has(key) && deepEqual(value, bMembers.get(key)))
  );
}

function definedMembers(value: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(value).filter(([, member]) => member !== undefined));
}
