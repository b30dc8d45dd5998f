import { parseNameAndRevision, parseResourceArn } from "./arn.ts";
import { Refusal } from "./refusal.ts";
import { isSameScope } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** A job definition as requests name it. */
export interface JobDefinitionReference {
  readonly name: string;
  /** Absent: the newest ACTIVE one. */
  readonly revision?: number;
}

/**
 * Reads `⟨name⟩`, `⟨name⟩:⟨revision⟩`, or an ARN with or without a revision (specification 1.4).
 *
 * A definition of another account or region is never found.
 */
export function parseJobDefinitionReference(scope: Scope, text: string): JobDefinitionReference | Refusal {
  const nameAndRevision = parseNameAndRevision(text);
  if (nameAndRevision !== undefined) return nameAndRevision;
  const resource = parseResourceArn(text);
  if (resource?.resourceType !== "job-definition") {
    return Refusal.bare(`Provided name ${text} is not supported pattern[a-zA-Z_0-9-]{1,128}`);
  }
  if (!isSameScope(resource.scope, scope)) return Refusal.bare(`JobDefinition ${text} not found.`);
  const { name, revision } = resource;
  return revision === undefined ? { name } : { name, revision };
}
