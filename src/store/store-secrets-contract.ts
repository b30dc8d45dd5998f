import { expect, test } from "vitest";
import { aSecret, OTHER_SCOPES, SCOPE } from "../../test/support/store-examples.ts";
import { allPages } from "../../test/support/store-pages.ts";
import type { Change } from "./change.ts";
import { BadPageTokenError } from "./store.ts";
import type { Store } from "./store.ts";

export function testSecrets(open: () => Store): void {
  test("keeps, replaces and removes secrets, each in its scope", async () => {
    await using store = open();
    const [first, second] = [aSecret("db/password"), aSecret("/key")];
    const elsewhere = OTHER_SCOPES.map((scope) => aSecret("db/password", scope));
    await store.commit([first, second, ...elsewhere].map(put));
    const replaced = { ...first, current: { ...first.current, versionId: "next" }, previous: first.current };
    await store.commit([put(replaced), { kind: "secret-removed", scope: SCOPE, name: "absent" }]);

    expect(await store.readSecret(SCOPE, "db/password")).toEqual(replaced);
    expect(await store.readSecret(SCOPE, "DB/password")).toBeUndefined();
    for (const one of elsewhere) expect(await store.readSecret(one.scope, one.name)).toEqual(one);
    await store.commit([{ kind: "secret-removed", scope: SCOPE, name: "db/password" }]);
    expect(await store.listSecrets(SCOPE, { limit: 10 })).toEqual({ items: [second] });
  });

  test("says whether it has a secret in any scope", async () => {
    await using store = open();
    expect(await store.hasSecrets()).toBe(false);
    const [scope = SCOPE] = OTHER_SCOPES;
    await store.commit([put(aSecret("a", scope))]);
    expect(await store.hasSecrets()).toBe(true);
    await store.commit([{ kind: "secret-removed", scope, name: "a" }]);
    expect(await store.hasSecrets()).toBe(false);
  });

  test("lists secrets by name, page by page", async () => {
    await using store = open();
    const names = ["/a", "/a/b", "A", "a", "b"];
    await store.commit(names.toReversed().map((name) => put(aSecret(name))));
    const pages = await allPages((page) => store.listSecrets(SCOPE, page), 2);
    expect(pages.map((page) => page.map(({ name }) => name))).toEqual([["/a", "/a/b"], ["A", "a"], ["b"]]);
    await expect(store.listSecrets(SCOPE, { after: "nonsense", limit: 1 })).rejects.toThrow(
      BadPageTokenError,
    );
  });
}

function put(secret: ReturnType<typeof aSecret>): Change {
  return { kind: "secret-put", secret };
}
