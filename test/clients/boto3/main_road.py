"""An environment, a queue and a definition are made, a job runs on them, and everything is taken away again.

Prints what was seen on the way as one JSON object.
"""

import json

import boto3

from polling import ended_job, poll, read_log

batch = boto3.client("batch")
logs = boto3.client("logs")
seen = {}


def environments(status):
    answer = batch.describe_compute_environments(computeEnvironments=["nightly"])
    return [found for found in answer["computeEnvironments"] if found["status"] == status]


def queues(status):
    answer = batch.describe_job_queues(jobQueues=["nightly"])
    return [found for found in answer["jobQueues"] if found["status"] == status]


# Make what a job needs.
batch.create_compute_environment(
    computeEnvironmentName="nightly",
    type="MANAGED",
    computeResources={
        "type": "EC2",
        "minvCpus": 0,
        "maxvCpus": 4,
        "instanceTypes": ["optimal"],
        "subnets": ["subnet-1"],
        "securityGroupIds": ["sg-1"],
        "instanceRole": "ecsInstanceRole",
    },
    tags={"team": "reports"},
)
[seen["environment"]] = poll("the environment", lambda: environments("VALID"))

batch.create_job_queue(
    jobQueueName="nightly",
    priority=10,
    computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "nightly"}],
)
[seen["queue"]] = poll("the queue", lambda: queues("VALID"))

definition = batch.register_job_definition(
    jobDefinitionName="report",
    type="container",
    parameters={"kind": "costs", "month": "april"},
    containerProperties={
        "image": "python:3.12",
        "command": ["echo", "nothing"],
        "environment": [{"name": "MADE_BY", "value": "nobody"}, {"name": "PAPER", "value": "A4"}],
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}],
    },
)
seen["revision"] = definition["revision"]

# Run a job with something of its own in every respect.
submitted = batch.submit_job(
    jobName="may-report",
    jobQueue="nightly",
    jobDefinition="report",
    parameters={"month": "may"},
    containerOverrides={
        "command": [
            "sh",
            "-c",
            'echo "$0 of $1 on $PAPER, made by $MADE_BY"; echo "attempt $AWS_BATCH_JOB_ATTEMPT in $AWS_BATCH_JQ_NAME"',
            "Ref::kind",
            "Ref::month",
        ],
        "environment": [{"name": "MADE_BY", "value": "boto3"}],
        "resourceRequirements": [{"type": "MEMORY", "value": "96"}],
    },
    retryStrategy={"attempts": 3, "evaluateOnExit": [{"onStatusReason": "Host EC2*", "action": "RETRY"}]},
    timeout={"attemptDurationSeconds": 120},
    tags={"team": "reports"},
)
seen["job"] = ended_job(batch, submitted["jobId"])
seen["log"] = read_log(logs, seen["job"]["container"]["logStreamName"])

# Tag what there is.
job_arn = submitted["jobArn"]
batch.tag_resource(resourceArn=job_arn, tags={"cost centre": "47/11 & more", "month": "may"})
batch.untag_resource(resourceArn=job_arn, tagKeys=["team", "cost centre"])
seen["job_tags"] = batch.list_tags_for_resource(resourceArn=job_arn)["tags"]
environment_arn = seen["environment"]["computeEnvironmentArn"]
seen["environment_tags"] = batch.list_tags_for_resource(resourceArn=environment_arn)["tags"]

# Take everything away, in the order that AWS demands.
batch.deregister_job_definition(jobDefinition=definition["jobDefinitionArn"])
answer = batch.describe_job_definitions(jobDefinitionName="report")
seen["definition_statuses"] = [found["status"] for found in answer["jobDefinitions"]]

batch.update_job_queue(jobQueue="nightly", state="DISABLED")
[disabled] = poll("the queue", lambda: queues("VALID"))
seen["queue_state"] = disabled["state"]
batch.delete_job_queue(jobQueue="nightly")
poll("the queue's end", lambda: not batch.describe_job_queues(jobQueues=["nightly"])["jobQueues"])

batch.update_compute_environment(computeEnvironment="nightly", state="DISABLED")
[disabled] = poll("the environment", lambda: environments("VALID"))
seen["environment_state"] = disabled["state"]
batch.delete_compute_environment(computeEnvironment="nightly")
poll(
    "the environment's end",
    lambda: not batch.describe_compute_environments(computeEnvironments=["nightly"])["computeEnvironments"],
)

print(json.dumps(seen))
