"""Takes a role and submits a job with what the role was given. Prints who asked and what came of it as a JSON object.

usage: assume_role.py DEFINITION QUEUE
"""

import json
import sys

from checked import checked_client
from polling import ended_job

role = checked_client("sts").assume_role(
    RoleArn="arn:aws:iam::000000000000:role/submitter", RoleSessionName="nightly", DurationSeconds=900
)
credentials = role["Credentials"]
session = {
    "aws_access_key_id": credentials["AccessKeyId"],
    "aws_secret_access_key": credentials["SecretAccessKey"],
    "aws_session_token": credentials["SessionToken"],
}
batch = checked_client("batch", **session)
definition, queue = sys.argv[1:]
job_id = batch.submit_job(jobName="by-a-role", jobQueue=queue, jobDefinition=definition)["jobId"]
print(
    json.dumps(
        {
            "role": role["AssumedRoleUser"]["Arn"],
            "caller": checked_client("sts", **session).get_caller_identity()["Arn"],
            "status": ended_job(batch, job_id)["status"],
        }
    )
)
