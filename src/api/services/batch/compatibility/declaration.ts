/** What becomes of a member of a request: what docs/compatibility.md says of it. */
export type Declaration =
  | {
      readonly is: "honoured";
      /** The test that observes its effect, as in `submit.process: is one of more than 64 KiB`: its file and its title. */
      readonly test: string;
      /** What is not so, where it is honoured in part. */
      readonly note?: string;
    }
  /** Taken, checked as AWS checks it, and shown where AWS shows it; nothing follows from it, and that is right. */
  | { readonly is: "without effect"; readonly because: string }
  | {
      readonly is: "refused";
      /** The answer, as the caller gets it but for the wrapping. */
      readonly text: string;
      readonly test: string;
    };

/** A declaration for each member of a shape of the model: one that is missing, or too many, does not compile. */
export type Declarations<Shape> = { readonly [Member in keyof Shape]-?: Declaration };

export function honoured(test: string, note?: string): Declaration {
  return { is: "honoured", test, ...(note !== undefined && { note }) };
}

export function withoutEffect(because: string): Declaration {
  return { is: "without effect", because };
}

export function refused(text: string, test: string): Declaration {
  return { is: "refused", text, test };
}
