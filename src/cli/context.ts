import { AwsClient } from "./aws-client.ts";
import { findIdentity } from "./credentials.ts";
import { findEndpoint } from "./endpoint.ts";
import type { Surroundings } from "./surroundings.ts";

/** The options that each command which asks a server has. */
export interface ConnectionOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly output: "text" | "json";
}

/** What a command works with. */
export interface Context {
  readonly client: AwsClient;
  readonly surroundings: Surroundings;
  readonly isJson: boolean;
}

export function connect(options: ConnectionOptions, surroundings: Surroundings, localUrl: string): Context {
  const { environment } = surroundings;
  const endpoint = findEndpoint({ endpoint: options.endpoint, environment, localUrl });
  const { region, profile } = options;
  const identity = findIdentity({ region, profile, endpoint }, surroundings);
  const client = new AwsClient({ endpoint, ...identity }, surroundings);
  return { client, surroundings, isJson: options.output === "json" };
}
