import type { ConnectionOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { findEndpoint } from "../endpoint.ts";
import { findServer } from "../find-server.ts";
import { jsonText } from "../json-text.ts";
import type { Surroundings } from "../surroundings.ts";

interface VersionOptions extends ConnectionOptions {
  readonly localUrl: string;
  readonly version: string;
}

/** `batchyard version`: this program's, and the server's if one answers. */
export async function showVersion(surroundings: Surroundings, options: VersionOptions): Promise<number> {
  const { environment, output } = surroundings;
  const { localUrl, version, endpoint: chosen } = options;
  const endpoint = findEndpoint({ endpoint: chosen, environment, localUrl });
  const server = endpoint.isAws ? undefined : await findServer(endpoint.batchUrl);
  if (options.output === "json") {
    const answer = { client: { version }, server: { endpoint: endpoint.batchUrl, ...server } };
    await output.write(jsonText(answer));
    return EXIT.done;
  }
  const told = endpoint.isAws ? "AWS" : describeServer(server);
  await output.write(`client  ${version}\nserver  ${told} at ${endpoint.batchUrl}\n`);
  return EXIT.done;
}

function describeServer(server: Awaited<ReturnType<typeof findServer>>): string {
  if (server === undefined) return "none";
  if (server.kind === "other") return "something that is not batchyard";
  return server.version ?? "batchyard, version not told,";
}
