import { jobDefinitionArn, parseNameAndRevision, parseResourceArn } from "./arn.ts";
import { Refusal } from "./refusal.ts";
import { isSameScope } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** A job definition as requests name it. */
export interface JobDefinitionReference {
  readonly name: string;
  /** Absent: the newest ACTIVE one. */
  readonly revision?: number;
  /** What AWS calls it where it is not found: an ARN even where a name was given. */
  readonly arn: string;
}

/**
 * Reads `⟨name⟩`, `⟨name⟩:⟨revision⟩`, or an ARN with or without a revision (specification 1.4).
 *
 * A definition of another account or region is never found.
 */
export function parseJobDefinitionReference(scope: Scope, text: string): JobDefinitionReference | Refusal {
  const nameAndRevision = parseNameAndRevision(text);
  if (nameAndRevision !== undefined) return createReference(scope, nameAndRevision);
  const resource = parseResourceArn(text);
  if (resource?.resourceType !== "job-definition") {
    return Refusal.bare(`Provided name ${text} is not supported pattern[a-zA-Z_0-9-]{1,128}`);
  }
  if (!isSameScope(resource.scope, scope)) return Refusal.bare(`JobDefinition ${text} not found.`);
  return createReference(scope, resource);
}

function createReference(
  scope: Scope,
  { name, revision }: { readonly name: string; readonly revision?: number },
): JobDefinitionReference {
  const arn = jobDefinitionArn(scope, name, revision);
  return { name, ...(revision !== undefined && { revision }), arn };
}
