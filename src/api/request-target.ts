/** The path as it stood in the request line, still percent-encoded. */
export function pathOf(target: string): string {
  const end = target.indexOf("?");
  return end === -1 ? target : target.slice(0, end);
}

/**
 * The query's names and values in their order, percent-decoded. A `+` is a plus, as AWS signs it. What is not valid
 * percent-encoding stays as it is: the signature and the input are read by this one function, so they cannot disagree.
 */
export function queryOf(target: string): readonly (readonly [name: string, value: string])[] {
  const start = target.indexOf("?");
  if (start === -1) return [];
  return target
    .slice(start + 1)
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      if (equals === -1) return [decodeLeniently(pair), ""];
      return [decodeLeniently(pair.slice(0, equals)), decodeLeniently(pair.slice(equals + 1))];
    });
}

/** Undefined where the text is not valid percent-encoding of UTF-8. */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Everything but letters, digits, `-`, `.`, `_` and `~`, which AWS's signatures and paths leave as they are. */
export function encodePercent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decodeLeniently(text: string): string {
  return decodePercent(text) ?? text;
}
