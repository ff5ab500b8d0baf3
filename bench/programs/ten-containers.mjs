// Starts ten containers and stays until it is killed.
import { CleanroomEnvironment, container } from "cleanroom-test";

const labels = JSON.parse(process.env.BENCH_LABELS);
const names = Array.from({ length: 10 }, (_, index) => `web${index}`);
const services = Object.fromEntries(names.map((name) => [name, container("cleanroom-test/service:1", { labels })]));
await CleanroomEnvironment.start({ services });
console.log("ready");
setInterval(() => undefined, 60_000);
