"""Calls that must be refused. Prints how each was, as one JSON list."""

import json

import boto3
from botocore.exceptions import ClientError, ParamValidationError

batch = boto3.client("batch")
logs = boto3.client("logs")

batch.register_job_definition(
    jobDefinitionName="greet",
    type="container",
    containerProperties={
        "image": "busybox",
        "command": ["echo", "Ref::greeting"],
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}],
    },
)


def submit(**members):
    sound = {
        "jobName": "job",
        "jobQueue": "default",
        "jobDefinition": "greet",
        "parameters": {"greeting": "hello"},
    }
    return batch.submit_job(**{**sound, **members})


calls = {
    "unknown queue": lambda: submit(jobQueue="nowhere"),
    "unknown definition": lambda: submit(jobDefinition="nothing"),
    "unknown revision": lambda: submit(jobDefinition="greet:9"),
    "bad job name": lambda: submit(jobName="two words"),
    "missing parameter": lambda: submit(parameters={}),
    "short timeout": lambda: submit(timeout={"attemptDurationSeconds": 5}),
    "too many attempts": lambda: submit(retryStrategy={"attempts": 11}),
    "array of one": lambda: submit(arrayProperties={"size": 1}),
    "names with a page size": lambda: batch.describe_job_queues(jobQueues=["default"], maxResults=1),
    "too many jobs": lambda: batch.describe_jobs(jobs=[str(number) for number in range(101)]),
    "list of nothing": lambda: batch.list_jobs(),
    "queue in use": lambda: batch.delete_job_queue(jobQueue="default"),
    "environment in use": lambda: batch.delete_compute_environment(computeEnvironment="local"),
    "second queue of a name": lambda: batch.create_job_queue(
        jobQueueName="default",
        priority=1,
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "local"}],
    ),
    "unknown log stream": lambda: logs.get_log_events(logGroupName="/aws/batch/job", logStreamName="none"),
    "unknown scheduling policy": lambda: batch.update_scheduling_policy(
        arn="arn:aws:batch:us-east-1:000000000000:scheduling-policy/nowhere"
    ),
}

refusals = []
for name, call in calls.items():
    try:
        call()
    except ClientError as error:
        metadata = error.response["ResponseMetadata"]
        refusals.append(
            {
                "call": name,
                "class": type(error).__name__,
                "code": error.response["Error"]["Code"],
                "message": error.response["Error"]["Message"].replace(metadata["RequestId"], "REQUEST_ID"),
                "status": metadata["HTTPStatusCode"],
                "requestId": metadata["RequestId"],
            }
        )

# What boto3 itself finds wrong never reaches the server.
try:
    batch.submit_job(jobName="job", jobDefinition="greet")
except ParamValidationError as error:
    refusals.append({"call": "no queue", "class": type(error).__name__, "message": str(error)})
print(json.dumps(refusals))
