import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What AWS's two files say of a profile, member by member: `aws_access_key_id`, `region`, `sso_session`, … */
export type AwsProfile = Readonly<Record<string, string>>;

interface ProfileSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
}

/**
 * Reads a profile from the credentials file and the config file, the credentials file winning; undefined where neither
 * has it. https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export function readProfile(name: string, { environment, homeDir }: ProfileSources): AwsProfile | undefined {
  const folder = join(homeDir, ".aws");
  const credentials = readSections(environment["AWS_SHARED_CREDENTIALS_FILE"] ?? join(folder, "credentials"));
  const config = readSections(environment["AWS_CONFIG_FILE"] ?? join(folder, "config"));
  const sections = [
    config.get(`profile ${name}`),
    name === "default" ? config.get("default") : undefined,
    credentials.get(name),
  ].filter((section) => section !== undefined);
  return sections.length === 0 ? undefined : Object.assign({}, ...sections);
}

function readSections(path: string): ReadonlyMap<string, AwsProfile> {
  try {
    return parseSections(readFileSync(path, "utf8"));
  } catch {
    // AWS's clients, too, go on without a file that they cannot read.
    return new Map();
  }
}

function parseSections(text: string): ReadonlyMap<string, AwsProfile> {
  const sections = new Map<string, Record<string, string>>();
  let members: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(.*?)\s*\]/.exec(line)?.[1];
    // Indented lines are members of a nested table, such as `s3 =`.
    const member = /^([A-Za-z0-9_]+)\s*=\s*(.*?)\s*(\s[#;].*)?$/.exec(line);
    if (section !== undefined) {
      const name = section.replaceAll(/\s+/g, " ").replaceAll('"', "");
      members = sections.get(name) ?? {};
      sections.set(name, members);
    } else if (member?.[1] !== undefined) {
      members[member[1].toLowerCase()] = member[2] ?? "";
    }
  }
  return sections;
}
