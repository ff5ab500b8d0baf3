import type { AreaControl, Control } from "./control.ts";
import { customization } from "./areas/customization.ts";
import { creation } from "./areas/creation.ts";
import { configuration } from "./areas/configuration.ts";
import { determinism } from "./areas/determinism.ts";
import { caches } from "./areas/caches.ts";
import { errors } from "./areas/errors.ts";
import { health } from "./areas/health.ts";
import { images } from "./areas/images.ts";
import { lifecycle } from "./areas/lifecycle.ts";
import { limits } from "./areas/limits.ts";
import { metrics } from "./areas/metrics.ts";
import { recovery } from "./areas/recovery.ts";
import { resources } from "./areas/resources.ts";
import { supervision } from "./areas/supervision.ts";
import { teardown } from "./areas/teardown.ts";

/** Every area's controls. */
const areas: Readonly<Record<string, readonly Control[]>> = {
  caches,
  lifecycle,
  creation,
  health,
  supervision,
  limits,
  recovery,
  resources,
  metrics,
  teardown,
  customization,
  errors,
  configuration,
  determinism,
  images,
};

/** The names of the areas. */
export const areaNames: readonly string[] = Object.keys(areas);

/** Every control, area by area. */
export const controls: readonly AreaControl[] = Object.entries(areas).flatMap(([area, entries]) =>
  entries.map((control) => ({ ...control, area })),
);
