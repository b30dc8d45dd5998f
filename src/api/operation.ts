import type { Scope } from "../batch/scope.ts";
import type { Patience } from "./patience.ts";

/** What an operation knows of its caller. */
export interface RequestContext {
  readonly scope: Scope;
  /** ARN of the caller. */
  readonly principal: string;
  /** The caller's key is one that expires. */
  readonly isTemporary?: true;
  /** UUID, as in `x-amzn-RequestId`. */
  readonly requestId: string;
  /** Present where the answer may be held until there is something to tell. */
  readonly patience?: Patience;
}

/** One AWS API call: the input has the shape that the model gives it; what it throws becomes AWS's error form. */
export type Operation<Input, Output> = (input: Input, context: RequestContext) => Promise<Output>;

/** Each operation of a service, so that one that is missing does not compile. */
export type Operations<Service> = {
  readonly [Name in keyof Service]: Service[Name] extends {
    readonly input: infer Input;
    readonly output: infer Output;
  }
    ? Operation<Input, Output>
    : never;
};
