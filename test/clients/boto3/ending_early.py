"""One job is terminated while it runs, one is cancelled while it waits for the first one's place.

Prints what was seen on the way as one JSON object.
"""

import json

import boto3

from polling import describe_job, ended_job, job_in, poll, read_log

batch = boto3.client("batch")
logs = boto3.client("logs")
seen = {}

# An environment with room for one job at a time.
batch.create_compute_environment(
    computeEnvironmentName="narrow",
    type="MANAGED",
    computeResources={
        "type": "EC2",
        "minvCpus": 0,
        "maxvCpus": 2,
        "instanceTypes": ["optimal"],
        "subnets": ["subnet-1"],
        "securityGroupIds": ["sg-1"],
        "instanceRole": "ecsInstanceRole",
    },
)
poll(
    "the environment",
    lambda: batch.describe_compute_environments(computeEnvironments=["narrow"])["computeEnvironments"][0]["status"]
    == "VALID",
)
batch.create_job_queue(
    jobQueueName="narrow", priority=1, computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "narrow"}]
)
batch.register_job_definition(
    jobDefinitionName="sleeper",
    type="container",
    containerProperties={
        "image": "busybox",
        "command": ["sh", "-c", "echo started; exec sleep 600"],
        "resourceRequirements": [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "64"}],
    },
)


def submit(name):
    return batch.submit_job(jobName=name, jobQueue="narrow", jobDefinition="sleeper")["jobId"]


def in_short(job):
    members = ("status", "statusReason", "isCancelled", "isTerminated")
    return {
        **{member: job.get(member) for member in members},
        "exitCode": job["container"].get("exitCode"),
        "attempts": len(job["attempts"]),
        "hasStarted": "startedAt" in job,
        "hasStopped": "stoppedAt" in job,
    }


def names_in(status):
    page = batch.list_jobs(jobQueue="narrow", jobStatus=status)
    return [summary["jobName"] for summary in page["jobSummaryList"]]


runs, waits = submit("runs"), submit("waits")
running = job_in(batch, runs, "RUNNING")
waiting = job_in(batch, waits, "RUNNABLE")
seen["running"], seen["runnable"] = names_in("RUNNING"), names_in("RUNNABLE")

# The log of a job can be read while it runs.
log_stream_name = running["container"]["logStreamName"]
seen["log"] = poll("a first line", lambda: read_log(logs, log_stream_name))

# A job that has a place is not for CancelJob.
batch.cancel_job(jobId=runs, reason="changed my mind")
seen["cancelled while running"] = in_short(describe_job(batch, runs))
batch.cancel_job(jobId=waits, reason="not needed any more")
seen["cancelled"] = in_short(ended_job(batch, waits))
batch.terminate_job(jobId=runs, reason="took too long")
seen["terminated"] = in_short(ended_job(batch, runs))

# Both calls are quiet about a job that has ended.
batch.terminate_job(jobId=runs, reason="again")
batch.cancel_job(jobId=waits, reason="again")
seen["reasons afterwards"] = [describe_job(batch, job_id)["statusReason"] for job_id in (runs, waits)]
print(json.dumps(seen))
