import { describeSeveralContainers } from "../support/several-containers.ts";
import { ROOMY, useServer } from "../support/use-server.ts";

describeSeveralContainers(useServer({ flags: ROOMY }));
