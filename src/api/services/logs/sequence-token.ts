/** As many digits as AWS's tokens have; they begin so, too. */
const DIGITS = 56;
const START = "4959";

/**
 * What CloudWatch Logs still answers as the next sequence token, which it ignores since 2023.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export function sequenceToken(ingestedAtMs: number): string {
  return START + String(ingestedAtMs).padStart(DIGITS - START.length, "0");
}
