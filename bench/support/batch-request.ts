import { createHash, createHmac } from "node:crypto";

/** The key that the benchmarks' servers accept. */
export const ACCESS_KEY = { id: "AKIABENCHMARK", secret: "bench/secret+of/the+benchmarks" } as const;

/** In `~/.aws/credentials` form, for `--credentials`. */
export const CREDENTIALS_FILE = `[bench]\naws_access_key_id = ${ACCESS_KEY.id}\naws_secret_access_key = ${ACCESS_KEY.secret}\n`;

/** Any server answers to it, on whatever port: requests signed for it go to the product and to the reference alike. */
const HOST = "batch.localhost";

/**
 * A request of AWS Batch as AWS's clients send it, signed, as bytes for the wire: a GET where there is no input. It holds for
 * five minutes.
 */
export function signedRequest(target: string, input?: object): Buffer {
  const method = input === undefined ? "GET" : "POST";
  const [path = target, query = ""] = target.split("?");
  const body = input === undefined ? "" : JSON.stringify(input);
  const amzDate = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  const scope = `${amzDate.slice(0, 8)}/us-east-1/batch/aws4_request`;
  const headers = {
    "amz-sdk-invocation-id": "5e2f9a1e-5a77-4d6f-9c39-54f2a8b6f3b1",
    "amz-sdk-request": "attempt=1; max=3",
    "content-length": String(Buffer.byteLength(body)),
    "content-type": "application/json",
    host: HOST,
    "x-amz-content-sha256": sha256(body),
    "x-amz-date": amzDate,
  };
  const signedHeaders = Object.keys(headers).join(";");
  const canonical = [
    method,
    path,
    query,
    ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
    "",
    signedHeaders,
    sha256(body),
  ];
  const stringToSign = ["AWS4-HMAC-SHA256", amzDate, scope, sha256(canonical.join("\n"))].join("\n");
  const key = scope
    .split("/")
    .reduce<string | Buffer>((above, part) => hmac(above, part), `AWS4${ACCESS_KEY.secret}`);
  const signature = hmac(key, stringToSign).toString("hex");
  const head = {
    ...headers,
    "user-agent":
      "aws-sdk-js/3.1138.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.21.0 api/batch#3.1138.0 m/E,N",
    authorization: `AWS4-HMAC-SHA256 Credential=${ACCESS_KEY.id}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

/** A submission with what submissions usually have: about a kilobyte. */
export function submission(jobName: string, jobQueue: string, jobDefinition: string): object {
  return {
    jobName,
    jobQueue,
    jobDefinition,
    parameters: { input: "s3://example-bucket/measurements/2026/11/21/part-00042.parquet", mode: "full" },
    containerOverrides: {
      command: ["python3", "/opt/report/main.py", "--input", "Ref::input", "--mode", "Ref::mode"],
      environment: [
        { name: "STAGE", value: "production" },
        { name: "OUTPUT", value: "s3://example-bucket/reports/2026/11/21/part-00042.json" },
        { name: "LOG_FORMAT", value: "json" },
        { name: "RETRY_BACKOFF_SECONDS", value: "30" },
      ],
      resourceRequirements: [
        { type: "VCPU", value: "2" },
        { type: "MEMORY", value: "4096" },
      ],
    },
    retryStrategy: {
      attempts: 3,
      evaluateOnExit: [
        { onStatusReason: "Host EC2*", action: "RETRY" },
        { onReason: "*", action: "EXIT" },
      ],
    },
    timeout: { attemptDurationSeconds: 3600 },
    tags: { team: "analytics", project: "nightly-reports" },
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
