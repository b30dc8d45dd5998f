#!/bin/sh
# Runs a job and waits for it: prints its log and ends with its exit code.
#
# usage: run-job.sh QUEUE DEFINITION NAME PARAMETER=VALUE[,PARAMETER=VALUE...]
set -eu

job_id=$(aws batch submit-job --job-queue "$1" --job-definition "$2" --job-name "$3" --parameters "$4" \
  --query jobId --output text)
echo "submitted $job_id" >&2

while :; do
  status=$(aws batch describe-jobs --jobs "$job_id" --query 'jobs[0].status' --output text)
  case $status in
    SUCCEEDED | FAILED) break ;;
  esac
  sleep "${POLL_SECONDS:-10}"
done

# A job that never ran has neither an exit code nor a log: the CLI prints None for them.
read -r exit_code log_stream reason <<END
$(aws batch describe-jobs --jobs "$job_id" --output text \
  --query 'jobs[0].[container.exitCode, container.logStreamName, statusReason]')
END
if [ "$log_stream" != None ]; then
  aws logs get-log-events --log-group-name /aws/batch/job --log-stream-name "$log_stream" \
    --query 'events[].[message]' --output text
fi
echo "$status: $reason" >&2
if [ "$exit_code" = None ]; then exit 1; fi
exit "$exit_code"
