import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, onTestFinished } from "vitest";
import type { EventMap, ServiceDefinition } from "../../src/index.ts";
import { container, postgres } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import type { Workspace } from "../support/workspace.ts";
import { failureOf, images, test } from "../support/workspace.ts";
