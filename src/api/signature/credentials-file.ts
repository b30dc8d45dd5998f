/** An access key that this server knows. */
export interface Credential {
  /** The profile's name in the file; the user's name in ARNs. */
  readonly profile: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Set for temporary credentials: requests must carry the same. */
  readonly sessionToken?: string;
  /** Twelve digits; absent: the server's default account. */
  readonly accountId?: string;
}

/** What of a key a signature is checked with. */
export type SigningCredential = Pick<Credential, "accessKeyId" | "secretAccessKey" | "sessionToken">;

/** Says what is wrong with a credentials file and on which line. It never repeats what the line holds of a secret. */
export class CredentialsFileError extends Error {
  override readonly name = "CredentialsFileError";
}

/**
 * Reads credentials as AWS's tools keep them in `~/.aws/credentials`:
 * https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
 *
 * Settings that are not about keys, such as `region`, are passed over, and so are profiles that hold no key.
 *
 * @throws CredentialsFileError on a line that is none of comment, `[profile]` and `name = value`, on a profile or an
 * access key that is there twice, on half a key pair, and on values that cannot be right.
 */
export function parseCredentialsFile(text: string): Credential[] {
  const lineOfKey = new Map<string, number>();
  return parseSections(text).flatMap((section) => {
    const credential = parseCredential(section);
    if (credential === undefined) return [];
    const earlier = lineOfKey.get(credential.accessKeyId);
    if (earlier !== undefined) {
      throw problem(section.line, `has the same aws_access_key_id as the profile on line ${earlier}`);
    }
    lineOfKey.set(credential.accessKeyId, section.line);
    return [credential];
  });
}

interface Section {
  readonly profile: string;
  readonly line: number;
  readonly settings: Map<string, { readonly value: string; readonly line: number }>;
}

/** What IAM allows in a user's name. */
const PROFILE = /^[\w+=,.@-]{1,64}$/;
/** Neither a slash nor a comma, which end it in an Authorization header. */
const ACCESS_KEY_ID = /^[^\s/,;=]{1,128}$/;
const ACCOUNT_ID = /^\d{12}$/;

function parseSections(text: string): Section[] {
  const sections = new Map<string, Section>();
  let current: Section | undefined;
  for (const [index, rawLine] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const line = index + 1;
    const content = rawLine.trim();
    if (content === "" || content.startsWith("#") || content.startsWith(";")) continue;
    if (content.startsWith("[")) {
      current = startSection(content, line);
      const earlier = sections.get(current.profile);
      if (earlier !== undefined) {
        throw problem(line, `profile ${current.profile} is there already, on line ${earlier.line}`);
      }
      sections.set(current.profile, current);
    } else {
      addSetting(current, content, line);
    }
  }
  return [...sections.values()];
}

function startSection(content: string, line: number): Section {
  const profile = /^\[(.*)\]$/.exec(content)?.[1]?.trim();
  if (profile === undefined) throw problem(line, "a profile must be written [name]");
  if (!PROFILE.test(profile)) {
    const wanted = "1 to 64 letters, digits or characters of _+=,.@-";
    throw problem(line, `a profile's name must be ${wanted}, got ${JSON.stringify(profile)}`);
  }
  return { profile, line, settings: new Map() };
}

function addSetting(section: Section | undefined, content: string, line: number): void {
  const equals = content.indexOf("=");
  if (equals < 1) throw problem(line, "must be a comment, a [profile] or a setting written name = value");
  if (section === undefined) throw problem(line, "a setting must stand below a [profile]");
  const name = content.slice(0, equals).trim().toLowerCase();
  section.settings.set(name, { value: content.slice(equals + 1).trim(), line });
}

function parseCredential({ profile, line, settings }: Section): Credential | undefined {
  const accessKeyId = settings.get("aws_access_key_id");
  const secret = settings.get("aws_secret_access_key");
  if (accessKeyId === undefined && secret === undefined) return undefined;
  if (accessKeyId === undefined) throw problem(line, `profile ${profile} has no aws_access_key_id`);
  if (secret === undefined) throw problem(line, `profile ${profile} has no aws_secret_access_key`);
  if (!ACCESS_KEY_ID.test(accessKeyId.value)) {
    const wanted = "1 to 128 characters without space, slash, comma, semicolon and equals sign";
    throw problem(accessKeyId.line, `aws_access_key_id must be ${wanted}`);
  }
  if (secret.value === "") throw problem(secret.line, "aws_secret_access_key must not be empty");

  const accountId = settings.get("aws_account_id");
  if (accountId !== undefined && !ACCOUNT_ID.test(accountId.value)) {
    throw problem(
      accountId.line,
      `aws_account_id must be twelve digits, got ${JSON.stringify(accountId.value)}`,
    );
  }
  const sessionToken = settings.get("aws_session_token");
  return {
    profile,
    accessKeyId: accessKeyId.value,
    secretAccessKey: secret.value,
    ...(sessionToken !== undefined && sessionToken.value !== "" && { sessionToken: sessionToken.value }),
    ...(accountId !== undefined && { accountId: accountId.value }),
  };
}

function problem(line: number, text: string): CredentialsFileError {
  return new CredentialsFileError(`line ${line}: ${text}`);
}
