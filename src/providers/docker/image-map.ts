/** Other names to take images from; the first member is what references begin with. */
export type ImageMap = readonly ImageMapping[];

export interface ImageMapping {
  readonly from: string;
  readonly to: string;
}

/** No scheme and no blanks: neither is in any image's name. */
const NAME = /^(?!.*:\/\/)\S+$/;

/** The mapping that `FROM=TO` asks for, or the sentence that says what is wrong with it. */
export function parseImageMapping(text: string): ImageMapping | { readonly problem: string } {
  const [from = "", to = "", ...more] = text.split("=").map((part) => part.replace(/\/$/, ""));
  if (more.length > 0 || ![from, to].every((name) => NAME.test(name))) {
    return {
      problem: `--image-map must be FROM=TO, as in registry.example/team=localhost:5000, got ${text}`,
    };
  }
  return { from, to };
}

/**
 * Gives an image the name that it is to be taken by. Tag and digest stay unless the mapping names them.
 *
 * The longest `from` wins that the reference begins with and that ends where a part of the reference ends: before
 * `/`, `:`, `@` or at its end.
 */
export function mapImage(reference: string, map: ImageMap): string {
  const best = map
    .filter(({ from }) => isPrefix(from, reference))
    .reduce<ImageMapping | undefined>(
      (longest, mapping) =>
        longest === undefined || mapping.from.length > longest.from.length ? mapping : longest,
      undefined,
    );
  return best === undefined ? reference : best.to + reference.slice(best.from.length);
}

function isPrefix(from: string, reference: string): boolean {
  return reference.startsWith(from) && /^(?:[/:@]|$)/.test(reference.slice(from.length));
}
