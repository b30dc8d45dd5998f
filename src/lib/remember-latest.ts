/**
 * Gives the function a memory for its latest argument and result: what comes again at once is not computed again. For
 * functions whose result depends on the text alone. What it throws is not kept.
 */
export function rememberLatest<Result>(compute: (text: string) => Result): (text: string) => Result {
  let latest: { readonly text: string; readonly result: Result } | undefined;
  return (text) => {
    if (latest?.text !== text) latest = { text, result: compute(text) };
    return latest.result;
  };
}
