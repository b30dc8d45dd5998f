/**
 * A copy of a value that JSON can hold, frozen in depth: later changes to the value do not reach the copy, and nobody who
 * reads the copy can change it. Members that are undefined are gone, as in a store on disk. Throws for any other value.
 */
export function frozenCopy<Value>(value: Value): Value {
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function") {
    throw new TypeError(`a ${typeof value} cannot be stored`);
  }
  if (typeof value !== "object" || value === null) return value;
  // The copy has every member of the value that is not undefined, and those are the optional ones.
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as Value;
  const copy: Record<string, unknown> = {};
  // Of each change each member is copied: entries would be as many arrays.
  for (const name of Object.keys(value)) {
    const member: unknown = Reflect.get(value, name);
    if (member !== undefined) copy[name] = frozenCopy(member);
  }
  return Object.freeze(copy) as Value;
}
