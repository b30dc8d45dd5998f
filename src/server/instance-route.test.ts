import { expect, test } from "vitest";
import { CONTEXT } from "../../test/support/api-handler.ts";
import { SCOPE } from "../../test/support/builders.ts";
import type { Instance } from "../batch/instance.ts";
import { anInstance } from "../../test/support/store-examples.ts";
import { createInstanceRoute } from "./instance-route.ts";
