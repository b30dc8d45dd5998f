import { readProfile } from "./aws-profile.ts";
import type { AwsProfile } from "./aws-profile.ts";
import { CliError } from "./cli-error.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Identity {
  readonly region: string;
  readonly credentials: Credentials;
}

interface IdentityOptions {
  readonly region: string | undefined;
  readonly profile: string | undefined;
  readonly endpoint: Endpoint;
}

type Sources = Pick<Surroundings, "environment" | "homeDir">;

/** A server that does not check signatures still reads region and account from them. */
const PLACEHOLDER: Credentials = { accessKeyId: "batchyard", secretAccessKey: "batchyard" };

const DEFAULT_REGION = "us-east-1";

/** Members of profiles whose keys have to be fetched from somewhere. */
const FETCHED = [
  "sso_session",
  "sso_start_url",
  "role_arn",
  "credential_process",
  "web_identity_token_file",
  "login_session",
];

/**
 * Finds keys and region in the order of AWS's clients: command line, environment, profile. A server of one's own that
 * needs no keys gets placeholders.
 */
export function findIdentity(options: IdentityOptions, sources: Sources): Identity {
  const { environment } = sources;
  const name = options.profile ?? (environment["AWS_PROFILE"] || "default");
  const profile = readProfile(name, sources);
  if (options.profile !== undefined && profile === undefined) throw unknownProfile(name);
  const region = findRegion(options, environment, profile);
  return { region, credentials: findCredentials(options, sources, { name, profile }) };
}

function findRegion(
  { region, endpoint }: IdentityOptions,
  environment: Sources["environment"],
  profile: AwsProfile | undefined,
): string {
  const named = [
    region,
    endpoint.region,
    environment["AWS_REGION"],
    environment["AWS_DEFAULT_REGION"],
    profile?.["region"],
  ].find((candidate) => candidate !== undefined && candidate !== "");
  if (named !== undefined || !endpoint.isAws) return named ?? DEFAULT_REGION;
  throw new CliError("no region is set", "Give --region NAME or set AWS_REGION.");
}

function findCredentials(
  { endpoint, profile: chosen }: IdentityOptions,
  { environment }: Sources,
  { name, profile }: { readonly name: string; readonly profile: AwsProfile | undefined },
): Credentials {
  const ofEnvironment = credentialsOf(
    environment["AWS_ACCESS_KEY_ID"],
    environment["AWS_SECRET_ACCESS_KEY"],
    environment["AWS_SESSION_TOKEN"],
  );
  if (chosen === undefined && ofEnvironment !== undefined) return ofEnvironment;
  const ofProfile = credentialsOf(
    profile?.["aws_access_key_id"],
    profile?.["aws_secret_access_key"],
    profile?.["aws_session_token"],
  );
  if (ofProfile !== undefined) return ofProfile;
  if (chosen === undefined && !endpoint.isAws) return PLACEHOLDER;
  const isFetched = FETCHED.some((member) => profile?.[member] !== undefined);
  if (isFetched) throw fetchedProfile(name);
  if (profile === undefined && name !== "default") throw unknownProfile(name);
  throw new CliError(
    `no AWS access key was found for ${endpoint.batchUrl}`,
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile.",
  );
}

function credentialsOf(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  sessionToken: string | undefined,
): Credentials | undefined {
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

function unknownProfile(name: string): CliError {
  return new CliError(
    `there is no AWS profile ${name} in ~/.aws/credentials or ~/.aws/config`,
    "Check --profile and AWS_PROFILE; `aws configure list-profiles` shows what there is.",
  );
}

function fetchedProfile(name: string): CliError {
  return new CliError(
    `the AWS profile ${name} holds no access key: its keys come from SSO, a role or a program`,
    `Run \`eval "$(aws configure export-credentials --profile ${name} --format env)"\` and try again without --profile.`,
  );
}
