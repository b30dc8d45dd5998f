/** An account in a region. Resources of different scopes do not see each other, and every stored key holds its scope. */
export interface Scope {
  /** Twelve digits. */
  readonly accountId: string;
  /** As in `us-east-1`. */
  readonly region: string;
}

/** The scope as one string, `123456789012/us-east-1`: the form in which stored keys hold it. */
export function scopeKey(scope: Scope): string {
  return `${scope.accountId}/${scope.region}`;
}

export function isSameScope(a: Scope, b: Scope): boolean {
  return a.accountId === b.accountId && a.region === b.region;
}
