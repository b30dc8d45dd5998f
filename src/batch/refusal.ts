/**
 * Why a request is refused, as a value: rules return it, the API turns it into a ClientException.
 * Tell it from a result with `instanceof Refusal`.
 */
export class Refusal {
  /** AWS's text where it is known; else what, where, wanted, got, with the path in the caller's spelling. */
  readonly text: string;
  /** AWS wraps some of its texts in `Error executing request, Exception : …, RequestId: …` (specification 1.2). */
  readonly isWrapped: boolean;

  private constructor(text: string, isWrapped: boolean) {
    this.text = text;
    this.isWrapped = isWrapped;
  }

  static bare(text: string): Refusal {
    return new Refusal(text, false);
  }

  static wrapped(text: string): Refusal {
    return new Refusal(text, true);
  }
}
