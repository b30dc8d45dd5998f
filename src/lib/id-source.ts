/** Where new identities come from, so that a simulation can repeat itself. */
export interface IdSource {
  /** A version 4 UUID in its usual lower-case text form. */
  uuid(): string;
  /** `length` random lower-case hexadecimal digits. */
  hex(length: number): string;
}
