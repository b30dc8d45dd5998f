import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The least that can answer a SubmitJob over HTTP: reads the JSON, answers, keeps nothing. A process of its own. */
const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (text: string) => (body += text));
  request.on("end", () => {
    // What is sent is our own benchmark's.
    const { jobName } = JSON.parse(body) as { jobName: string };
    const jobId = randomUUID();
    const jobArn = `arn:aws:batch:us-east-1:000000000000:job/${jobId}`;
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ jobArn, jobName, jobId }));
  });
});

server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
