/**
 * A copy of what JSON can hold of the value, frozen in depth: later changes to the value do not reach the copy, and
 * nobody who reads the copy can change it. Members that are undefined are gone, as in a store on disk.
 */
export function frozenCopy<Value>(value: Value): Value {
  // The copy has every member of the value that is not undefined, and those are the optional ones.
  return JSON.parse(JSON.stringify(value), (_key, member: unknown) => Object.freeze(member)) as Value;
}
