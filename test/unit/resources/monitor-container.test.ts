import { expect, test } from "vitest";
import type { MonitorOptions } from "../../../src/resources/monitor-container.ts";
import { monitorContainer } from "../../../src/resources/monitor-container.ts";
import type { ResourceSample } from "../../../src/resources/resource-sample.ts";
import { FakeBackend, ManualClock } from "../../../src/testing/index.ts";
import { specOf } from "../support/specs.ts";
