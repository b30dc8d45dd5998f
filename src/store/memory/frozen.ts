/**
 * The value itself, which has to be one that JSON can hold, frozen in depth: from now on nobody can change it, neither who
 * gave it nor who reads it. An object with members that are undefined is copied without them, as a store on disk would do.
 * Throws for a bigint, a symbol and a function.
 */
export function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    // Nobody else freezes what is not frozen in depth.
    if (Object.isFrozen(value)) return value;
    return Array.isArray(value) ? frozenArray(value) : frozenObject(value);
  }
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function") {
    throw new TypeError(`a ${typeof value} cannot be stored`);
  }
  return value;
}

function frozenArray<Value extends readonly unknown[]>(array: Value): Value {
  let copy: unknown[] | undefined;
  for (let index = 0; index < array.length; index += 1) {
    const element = array[index];
    const stored = frozen(element);
    if (stored !== element) copy ??= array.slice(0, index);
    copy?.push(stored);
  }
  // A copy has the same elements, but for members of theirs that are undefined.
  return Object.freeze(copy ?? array) as Value;
}

function frozenObject<Value extends object>(value: Value): Value {
  let copy: Partial<Value> | undefined;
  // Of each change each member is looked at: keys or entries would be as many arrays.
  for (const name in value) {
    const member = value[name];
    const stored = frozen(member);
    if (member === undefined || stored !== member) copy ??= membersBefore(value, name);
    if (copy !== undefined && stored !== undefined) copy[name] = stored;
  }
  // A copy has every member of the value that is not undefined, and those are the optional ones.
  return Object.freeze(copy ?? value) as Value;
}

function membersBefore<Value extends object>(value: Value, end: keyof Value): Partial<Value> {
  const copy: Partial<Value> = {};
  for (const name in value) {
    if (name === end) break;
    copy[name] = value[name];
  }
  return copy;
}
