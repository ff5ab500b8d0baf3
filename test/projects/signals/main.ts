import { CleanroomEnvironment, container } from "cleanroom-test";

/** Says how far it is, and stays until it is told to end. */
const slow = process.argv.includes("--slow");
const environment = await CleanroomEnvironment.start(
  {
    services: {
      web: container("cleanroom-test/service:1", { ports: [8080], env: slow ? { LISTEN_AFTER_MS: "60000" } : {} }),
      other: container("cleanroom-test/service:1", { ports: [8080], network: true }),
    },
  },
  { listeners: { "container:state": ({ name, to }) => process.stdout.write(`${name} ${to}\n`) } },
);
process.stdout.write("started\n");
setInterval(() => environment.registry.states(), 1000);
