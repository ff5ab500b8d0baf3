export default async function endDatabase() {
  await globalThis.environment.cleanup();
}
