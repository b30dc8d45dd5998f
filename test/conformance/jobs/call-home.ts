// Runs inside a job: says who it is by AWS's own client, which is told nothing, and submits another job.
import { Batch } from "@aws-sdk/client-batch";
import { STS } from "@aws-sdk/client-sts";

const { Arn } = await new STS({}).getCallerIdentity({});
const { jobId } = await new Batch({}).submitJob({
  jobName: "submitted-by-a-job",
  jobQueue: "default",
  jobDefinition: process.argv[2],
});
const metadata = await fetch(`${process.env["ECS_CONTAINER_METADATA_URI_V4"]}/task`);
const { TaskARN, Containers } = (await metadata.json()) as {
  readonly TaskARN: string;
  readonly Containers: readonly { readonly Name: string; readonly Image: string }[];
};
const names = Containers.map(({ Name, Image }) => `${Name} ${Image}`);
process.stdout.write(`${JSON.stringify({ arn: Arn, jobId, taskArn: TaskARN, names })}\n`);
