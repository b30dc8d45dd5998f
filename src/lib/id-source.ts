/** Where new identities come from, so that a simulation can repeat itself. */
export interface IdSource {
  /** A UUID in the lower-case text form of version 4, which no other call gives again. */
  uuid(): string;
  /** `length` random lower-case hexadecimal digits. */
  hex(length: number): string;
}
