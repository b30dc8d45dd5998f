/** A search through one text that can be done in pieces, so that others have their turn in between. */
export interface TextSearch {
  /** Steps done so far, each worth some nanoseconds whatever is searched for. */
  readonly stepCount: number;
  /**
   * Goes on for about so many steps: whether the text has what is looked for, undefined while that is not known.
   *
   * @param stepsMax at least 1.
   */
  advance(stepsMax: number): boolean | undefined;
}
