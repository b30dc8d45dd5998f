const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Five bits a character, in the letters that AWS's ids of keys and roles are made of. */
export function base32(bytes: Uint8Array, length: number): string {
  const letters = [...bytes].map((byte) => ALPHABET[byte % ALPHABET.length] ?? "");
  return letters.join("").slice(0, length);
}
