import { Refusal } from "./refusal.ts";

/** Values for the `Ref::⟨name⟩` in a command, by name. */
export type Parameters = Readonly<Record<string, string>>;

/** The definition's parameters with the submission's over them, key by key. */
export function mergeParameters(definition: Parameters, submission?: Parameters): Parameters {
  return submission === undefined ? definition : { ...definition, ...submission };
}

/**
 * Puts values in the place of references in a command.
 *
 * Only an argument that is a reference as a whole is one: AWS shows no other (specification 15.7). A value that looks
 * like a reference stays as it is. The same command where there is none.
 */
export function substituteParameters(
  command: readonly string[],
  parameters: Parameters,
): readonly string[] | Refusal {
  if (!command.some((argument) => REFERENCE.test(argument))) return command;
  const substituted: string[] = [];
  for (const argument of command) {
    const name = REFERENCE.exec(argument)?.[1];
    if (name === undefined) {
      substituted.push(argument);
      continue;
    }
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value === undefined) {
      return Refusal.bare(`Unable to substitute value. No parameter found for reference ${name}`);
    }
    substituted.push(value);
  }
  return substituted;
}

const REFERENCE = /^Ref::([A-Za-z0-9_-]+)$/;
