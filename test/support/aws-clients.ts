import { Batch } from "@aws-sdk/client-batch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { STS } from "@aws-sdk/client-sts";

export interface AwsClientOptions {
  readonly region?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  /** Milliseconds by which the client believes its clock to be wrong. */
  readonly systemClockOffset?: number;
  /** Absent: 1, so that a refusal is seen at once. */
  readonly maxAttempts?: number;
}

/** AWS's own clients as programs use them, but that they do not try again. */
export class AwsClients {
  readonly endpoint: string;
  readonly batch: Batch;
  readonly logs: CloudWatchLogs;
  readonly sts: STS;

  constructor(endpoint: string, options: AwsClientOptions = {}) {
    const { region = "us-east-1", accessKeyId = "any", secretAccessKey = "any" } = options;
    const { sessionToken, systemClockOffset, maxAttempts = 1 } = options;
    const config = {
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
      maxAttempts,
      ...(systemClockOffset !== undefined && { systemClockOffset }),
    };
    this.endpoint = endpoint;
    this.batch = new Batch(config);
    this.logs = new CloudWatchLogs(config);
    this.sts = new STS(config);
  }

  destroy(): void {
    for (const client of [this.batch, this.logs, this.sts]) client.destroy();
  }
}
