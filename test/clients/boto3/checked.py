"""Clients that hold each answer against botocore's own model of the service.

botocore itself takes answers as they come: what is missing stays missing, and what it does not know is dropped.
"""

import json

import boto3
from botocore.validate import ParamValidator

# Required by the model; AWS leaves it out until the job runs.
MISSING_AT_TIMES = 'Missing required parameter in jobs[{}]: "startedAt"'


def checked_client(service, **settings):
    client = boto3.client(service, **settings)
    client.meta.events.register(f"after-call.{client.meta.service_model.service_id.hyphenize()}", check)
    return client


def check(http_response, parsed, model, **_):
    if http_response.status_code >= 300 or model.output_shape is None:
        return
    answer = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
    report = ParamValidator().validate(answer, model.output_shape).generate_report()
    allowed = [MISSING_AT_TIMES.format(index) for index in range(len(answer.get("jobs", [])))]
    problems = [line for line in report.splitlines() if line not in allowed]
    if model.service_model.protocol != "query":
        problems += strangers(json.loads(http_response.content), answer, model.name)
    assert not problems, problems


def strangers(sent, parsed, path):
    """Paths of what was sent and is not in the model."""
    if isinstance(sent, dict) and isinstance(parsed, dict):
        found = []
        for name, value in sent.items():
            inner = f"{path}.{name}"
            found += strangers(value, parsed[name], inner) if name in parsed else [f"{inner} is unknown"]
        return found
    if isinstance(sent, list) and isinstance(parsed, list):
        return [problem for pair in zip(sent, parsed) for problem in strangers(*pair, f"{path}[]")]
    return []
