import { expect, test } from "vitest";
import { chooseApiVersion } from "./engine-api-version.ts";

test.each<[name: string, ApiVersion: string, MinAPIVersion: string, spoken: string]>([
  ["Docker 20.10", "1.41", "1.12", "1.41"],
  ["Podman 4", "1.41", "1.24", "1.41"],
  ["an engine that knows more than we do", "1.51", "1.24", "1.44"],
  ["an engine that has dropped what we know", "1.60", "1.50", "1.50"],
  ["the oldest", "1.40", "1.12", "1.40"],
])("speaks with %s", (_name, ApiVersion, MinAPIVersion, spoken) => {
  expect(chooseApiVersion({ ApiVersion, MinAPIVersion })).toBe(spoken);
});

test.each(["1.39", "1.4", "", undefined])("refuses an engine that speaks %s", (ApiVersion) => {
  expect(() => chooseApiVersion(ApiVersion === undefined ? {} : { ApiVersion })).toThrow(
    `the container engine must speak version 1.40 of the API or later, it speaks "${ApiVersion ?? ""}"`,
  );
});
