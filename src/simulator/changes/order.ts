import type { BatchOperations } from "../../model/batch.ts";

/** A request of an administrator, before it is asked. */
export type Order = {
  readonly [Name in keyof BatchOperations]: {
    readonly name: Name;
    readonly input: BatchOperations[Name]["input"];
  };
}[keyof BatchOperations];

export function order<Name extends keyof BatchOperations>(
  name: Name,
  input: BatchOperations[Name]["input"],
): Extract<Order, { readonly name: Name }> {
  // The union has a member for each name, and this is the one of `Name`.
  return { name, input } as Extract<Order, { readonly name: Name }>;
}
