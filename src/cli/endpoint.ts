import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";

/** Where the services are. */
export interface Endpoint {
  readonly batchUrl: string;
  readonly logsUrl: string;
  /** AWS itself, rather than a server of one's own. */
  readonly isAws: boolean;
  /** The region that AWS's host name holds. */
  readonly region?: string;
}

interface EndpointSources {
  /** From the command line. */
  readonly endpoint: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where a server of this machine listens if nobody says otherwise. */
  readonly localUrl: string;
}

/** `batch.us-east-1.amazonaws.com`, `fips.batch.us-east-1.amazonaws.com`, `batch.cn-north-1.amazonaws.com.cn`, `batch.us-east-1.api.aws` */
const AWS_BATCH_HOST = /^(fips\.)?batch\.([a-z0-9-]+)\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/;

/**
 * Finds the endpoints: `--endpoint`, else AWS's variables (that of the service before that of all services), else the
 * local server. Logs are where Batch is unless their own variable says otherwise; AWS has a host for each.
 */
export function findEndpoint({ endpoint, environment, localUrl }: EndpointSources): Endpoint {
  const everyService = nonEmpty(environment["AWS_ENDPOINT_URL"]);
  const batch = endpoint ?? nonEmpty(environment["AWS_ENDPOINT_URL_BATCH"]) ?? everyService ?? localUrl;
  const batchUrl = parseUrl(batch);
  const aws = AWS_BATCH_HOST.exec(batchUrl.hostname);
  const derived = aws === null ? batchUrl.href : awsLogsUrl(aws);
  const logs =
    endpoint === undefined
      ? (nonEmpty(environment["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"]) ?? everyService ?? derived)
      : derived;
  return {
    batchUrl: withoutSlash(batchUrl.href),
    logsUrl: withoutSlash(parseUrl(logs).href),
    isAws: aws !== null,
    ...(aws?.[2] !== undefined && { region: aws[2] }),
  };
}

function awsLogsUrl([, fips, region, domain]: RegExpExecArray): string {
  return `https://logs${fips === undefined ? "" : "-fips"}.${region}.${domain}`;
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && ["http:", "https:"].includes(url.protocol)) return url;
  throw new CliError(
    `the endpoint must be a URL like http://127.0.0.1:22824, got ${text}`,
    "Check --endpoint, AWS_ENDPOINT_URL_BATCH, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS and AWS_ENDPOINT_URL.",
    { exitCode: EXIT.usage },
  );
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, "");
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
