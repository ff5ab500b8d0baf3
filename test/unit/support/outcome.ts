/** What a promise resolves or rejects with. Never rejects itself, so it can be looked at later. */
export function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

/** Whether a promise is settled by now, when everything that is ready has had its turn. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void outcomeOf(promise).then(() => (settled = true));
  await turns();
  return settled;
}

/** Lets everything that is ready to run do so, files and modules that are being read included. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
