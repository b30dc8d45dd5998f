import { describe, expect, test } from "vitest";
import { findEndpoint } from "./endpoint.ts";

const localUrl = "http://127.0.0.1:22824";
const AWS_URL = "https://batch.eu-west-1.amazonaws.com";

describe("findEndpoint", () => {
  test.each([
    { what: "nothing said", batchUrl: localUrl, logsUrl: localUrl, isAws: false },
    {
      what: "the option wins",
      endpoint: "http://a:1/",
      environment: { AWS_ENDPOINT_URL_BATCH: "http://b:1", AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: "http://c:1" },
      batchUrl: "http://a:1",
      logsUrl: "http://a:1",
      isAws: false,
    },
    {
      what: "each service's own variable",
      environment: {
        AWS_ENDPOINT_URL: "http://all:1",
        AWS_ENDPOINT_URL_BATCH: "http://b:1",
        AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: "http://c:1",
      },
      batchUrl: "http://b:1",
      logsUrl: "http://c:1",
      isAws: false,
    },
    {
      what: "the variable of all services",
      environment: { AWS_ENDPOINT_URL: "http://all:1", AWS_ENDPOINT_URL_BATCH: "" },
      batchUrl: "http://all:1",
      logsUrl: "http://all:1",
      isAws: false,
    },
    {
      what: "logs where Batch is",
      environment: { AWS_ENDPOINT_URL_BATCH: "http://b:1" },
      batchUrl: "http://b:1",
      logsUrl: "http://b:1",
      isAws: false,
    },
    {
      what: "AWS",
      endpoint: AWS_URL,
      batchUrl: AWS_URL,
      logsUrl: "https://logs.eu-west-1.amazonaws.com",
      isAws: true,
      region: "eu-west-1",
    },
    {
      what: "AWS, FIPS",
      endpoint: "https://fips.batch.us-east-1.amazonaws.com",
      batchUrl: "https://fips.batch.us-east-1.amazonaws.com",
      logsUrl: "https://logs-fips.us-east-1.amazonaws.com",
      isAws: true,
      region: "us-east-1",
    },
    {
      what: "AWS in China",
      endpoint: "https://batch.cn-north-1.amazonaws.com.cn",
      batchUrl: "https://batch.cn-north-1.amazonaws.com.cn",
      logsUrl: "https://logs.cn-north-1.amazonaws.com.cn",
      isAws: true,
      region: "cn-north-1",
    },
  ])("$what", ({ what: _what, endpoint, environment = {}, ...expected }) => {
    expect(findEndpoint({ endpoint, environment, localUrl })).toEqual(expected);
  });

  test.each(["nonsense", "ftp://a", "127.0.0.1:22824"])("refuses %s", (endpoint) => {
    expect(() => findEndpoint({ endpoint, environment: {}, localUrl })).toThrow(/must be a URL/);
  });
});
