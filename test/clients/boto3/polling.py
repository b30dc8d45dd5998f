"""What every program around Batch has some form of: boto3 has no waiters for it."""

import time

ENDED = ("SUCCEEDED", "FAILED")


def poll(what, ask, seconds=30):
    """Asks until the answer is neither None nor empty."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.05)


def describe_job(batch, job_id):
    [job] = batch.describe_jobs(jobs=[job_id])["jobs"]
    return job


def job_in(batch, job_id, *statuses):
    """The job once it is in one of the statuses."""

    def ask():
        job = describe_job(batch, job_id)
        return job if job["status"] in statuses else None

    return poll(f"job {job_id} in {' or '.join(statuses)}", ask)


def ended_job(batch, job_id):
    return job_in(batch, job_id, *ENDED)


def read_log(logs, log_stream_name):
    """All lines of a stream: the last page is the one whose token is the token that was asked with."""
    lines, token = [], None
    while True:
        page = logs.get_log_events(
            logGroupName="/aws/batch/job",
            logStreamName=log_stream_name,
            startFromHead=True,
            **({"nextToken": token} if token else {}),
        )
        lines += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token:
            return lines
        token = page["nextForwardToken"]
