"""Submits a job, waits for it the way workflow engines do, prints its log and exits as it did.

usage: submit_and_wait.py QUEUE DEFINITION NAME [PARAMETER=VALUE ...]
"""

import random
import sys
import time

import boto3
from botocore.exceptions import ClientError

from polling import read_log

batch = boto3.client("batch")
logs = boto3.client("logs")


def main(queue, definition, name, *parameters):
    check_health()
    job_id = batch.submit_job(
        jobQueue=queue,
        jobDefinition=definition,
        jobName=name,
        parameters=dict(parameter.split("=", 1) for parameter in parameters),
    )["jobId"]
    print(f"submitted {job_id}", file=sys.stderr)
    job = wait(job_id)
    for line in read_log(logs, log_stream_of(job)):
        print(line)
    print(f"{job['status']}: {job['statusReason']}", file=sys.stderr)
    return job["container"]["exitCode"]


def check_health():
    """A job that cannot exist: a service that is there knows nothing of it, which is no error."""
    answer = batch.describe_jobs(jobs=["a" * 32])
    assert answer["jobs"] == [], answer


def wait(job_id):
    """Asks often at first, then less and less; a throttled question is asked again."""
    delay = 0.02
    while True:
        try:
            jobs = batch.describe_jobs(jobs=[job_id])["jobs"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "TooManyRequestsException":
                raise
        else:
            matching = [job for job in jobs if job["jobId"] == job_id]
            if len(matching) != 1:
                raise RuntimeError(f"asked for one job, got {len(matching)}")
            if matching[0]["status"] in ("SUCCEEDED", "FAILED"):
                return matching[0]
        time.sleep(delay * random.uniform(0.5, 1))
        delay = min(delay * 2, 1)


def log_stream_of(job):
    container = job["container"]
    options = container.get("logConfiguration", {}).get("options", {})
    assert "awslogs-group" not in options, options
    streams = [attempt["container"]["logStreamName"] for attempt in job["attempts"]]
    assert streams[-1] == container["logStreamName"], job
    return streams[-1]


sys.exit(main(*sys.argv[1:]))
