"""Who am I, and what may I see? Prints the answers, or why there are none, as one JSON object."""

import json

import boto3
from botocore.exceptions import ClientError

answers = {}
questions = {"sts": "get_caller_identity", "batch": "describe_job_queues", "logs": "describe_log_groups"}
for service, operation in questions.items():
    try:
        answer = getattr(boto3.client(service), operation)()
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200, answer
        answers[service] = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
    except ClientError as error:
        answers[service] = f"{error.response['ResponseMetadata']['HTTPStatusCode']} {error.response['Error']['Code']}"
print(json.dumps(answers))
