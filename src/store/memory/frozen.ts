/**
 * The value itself, which has to be one that JSON can hold, frozen in depth: from now on nobody can change it, neither who
 * gave it nor who reads it. An object with members that are undefined is copied without them, as a store on disk would do.
 * Throws for a bigint, a symbol and a function.
 */
export function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? frozenArray(value) : frozenObject(value);
  }
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function") {
    throw new TypeError(`a ${typeof value} cannot be stored`);
  }
  return value;
}

function frozenArray<Value extends readonly unknown[]>(array: Value): Value {
  let isKept = true;
  for (const element of array) if (frozen(element) !== element) isKept = false;
  // The copy has the same elements, but for members of theirs that are undefined.
  return Object.freeze(isKept ? array : array.map(frozen)) as Value;
}

function frozenObject<Value extends object>(value: Value): Value {
  let isKept = true;
  // Of each change each member is looked at: keys or entries would be as many arrays.
  for (const name in value) {
    const member: unknown = value[name];
    if (member === undefined || frozen(member) !== member) isKept = false;
  }
  return Object.freeze(isKept ? value : withoutUndefined(value));
}

function withoutUndefined<Value extends object>(value: Value): Value {
  const copy: Record<string, unknown> = {};
  for (const name in value) {
    const member: unknown = value[name];
    if (member !== undefined) copy[name] = frozen(member);
  }
  // The copy has every member of the value that is not undefined, and those are the optional ones.
  return copy as Value;
}
