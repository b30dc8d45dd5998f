/** JSON text that stands for itself: what no value of JavaScript is written as. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An object whose members may be of any names, in any number of each. */
export class RawObject {
  readonly members: readonly (readonly [name: string, value: unknown])[];

  constructor(members: readonly (readonly [name: string, value: unknown])[]) {
    this.members = members;
  }
}

/** As `JSON.stringify`, with raw texts and objects in it. */
export function writeJson(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (value instanceof RawObject) return writeMembers(value.members);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    return writeMembers(Object.entries(value).filter(([, member]) => member !== undefined));
  }
  return JSON.stringify(value) ?? "null";
}

function writeMembers(members: readonly (readonly [name: string, value: unknown])[]): string {
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${writeJson(member)}`).join(",")}}`;
}
