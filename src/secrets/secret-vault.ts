import type { Cause } from "../batch/cause.ts";
import { scopeKey } from "../batch/scope.ts";
import type { Scope } from "../batch/scope.ts";
import { parseSecretReference } from "../batch/secret.ts";
import type { SecretReference, SecretVersion, StoredSecret } from "../batch/secret.ts";
import type { Clock } from "../lib/clock.ts";
import type { IdSource } from "../lib/id-source.ts";
import { Mutex } from "../lib/mutex.ts";
import type { Sequencer } from "../store/sequencer.ts";
import type { Page, PageRequest, Store } from "../store/store.ts";
import { SealError } from "./sealer.ts";
import type { SealedFor, Sealer } from "./sealer.ts";

export interface SecretVaultParts {
  readonly sequencer: Pick<Sequencer, "decide">;
  readonly store: Pick<Store, "readSecret" | "listSecrets">;
  readonly sealer: Pick<Sealer, "seal" | "open">;
  readonly ids: IdSource;
  readonly clock: Pick<Clock, "nowMs">;
}

/** The value that a reference means, or why there is none: a clause that names the secret and never a value. */
export type ResolvedSecret = { readonly value: string } | { readonly problem: string };

const PURPOSE = "secrets";

/**
 * The local secret store. Values are in the store sealed and nowhere else; they are opened when an attempt starts that is
 * to have them.
 */
export class SecretVault {
  readonly #parts: SecretVaultParts;
  readonly #changes = new Mutex();

  constructor(parts: SecretVaultParts) {
    this.#parts = parts;
  }

  /** Makes the secret, or gives it another value and keeps the one before as its previous version. */
  put(scope: Scope, name: string, value: string, cause: Cause): Promise<StoredSecret> {
    const { store, sequencer, sealer, ids, clock } = this.#parts;
    return this.#changes.run(async () => {
      const known = await store.readSecret(scope, name);
      const nowMs = clock.nowMs();
      const versionId = ids.uuid();
      const sealedValue = sealer.seal(value, placeOf(scope, name, versionId));
      const secret: StoredSecret = {
        scope,
        name,
        arnSuffix: known?.arnSuffix ?? ids.hex(6),
        createdAtMs: known?.createdAtMs ?? nowMs,
        current: { versionId, createdAtMs: nowMs, sealedValue },
        ...(known !== undefined && { previous: known.current }),
        cause,
      };
      return sequencer.decide(() => ({ changes: [{ kind: "secret-put", secret }], answer: secret }));
    });
  }

  /** By name, ascending. */
  list(scope: Scope, page: PageRequest): Promise<Page<StoredSecret>> {
    return this.#parts.store.listSecrets(scope, page);
  }

  /** Says whether it was there. */
  remove(scope: Scope, name: string): Promise<boolean> {
    const { store, sequencer } = this.#parts;
    return this.#changes.run(async () => {
      if ((await store.readSecret(scope, name)) === undefined) return false;
      const changes = [{ kind: "secret-removed", scope, name } as const];
      return sequencer.decide(() => ({ changes, answer: true }));
    });
  }

  /**
   * Finds what `valueFrom` of a job of this scope means.
   *
   * Order: the reference itself, the secret, its version, the key, the member of the JSON object.
   */
  async resolve(scope: Scope, valueFrom: string): Promise<ResolvedSecret> {
    const reference = parseSecretReference(valueFrom);
    if (reference === undefined) return { problem: `${valueFrom} names no secret and no parameter` };
    const secret = await this.#find(scope, reference);
    if (secret === undefined) {
      const [name = ""] = reference.names.slice(-1);
      return {
        problem: `${valueFrom} is not in the secret store; put it there: batchyard secret put ${name}`,
      };
    }
    const version = versionOf(secret, reference);
    if (version === undefined) return { problem: `${valueFrom} has no such version` };
    const value = this.#open(secret, version);
    if (value === undefined) {
      return { problem: `${valueFrom} was sealed with another key file than the server has now` };
    }
    if (reference.jsonKey === undefined) return { value };
    const member = readMember(value, reference.jsonKey);
    if (member === undefined) return { problem: `${valueFrom} is no JSON object with that key` };
    return { value: member };
  }

  async #find(scope: Scope, { region = scope.region, names }: SecretReference) {
    for (const name of names) {
      const secret = await this.#parts.store.readSecret({ ...scope, region }, name);
      if (secret !== undefined) return secret;
    }
    return undefined;
  }

  #open({ scope, name }: StoredSecret, { versionId, sealedValue }: SecretVersion): string | undefined {
    try {
      return this.#parts.sealer.open(sealedValue, placeOf(scope, name, versionId));
    } catch (error) {
      if (error instanceof SealError) return undefined;
      throw error;
    }
  }
}

function placeOf(scope: Scope, name: string, versionId: string): SealedFor {
  return { purpose: PURPOSE, place: `${scopeKey(scope)} ${name} ${versionId}` };
}

function versionOf(
  { current, previous }: StoredSecret,
  { versionStage = "AWSCURRENT", versionId }: SecretReference,
): SecretVersion | undefined {
  if (versionId !== undefined) return [current, previous].find((version) => version?.versionId === versionId);
  if (versionStage === "AWSCURRENT") return current;
  return versionStage === "AWSPREVIOUS" ? previous : undefined;
}

/** Texts as they are, all else as JSON: what the ECS agent gives. */
function readMember(value: string, key: string): string | undefined {
  let object: unknown;
  try {
    object = JSON.parse(value);
  } catch {
    return undefined;
  }
  if (typeof object !== "object" || object === null || Array.isArray(object) || !Object.hasOwn(object, key)) {
    return undefined;
  }
  const member = (object as Readonly<Record<string, unknown>>)[key];
  return typeof member === "string" ? member : JSON.stringify(member);
}
