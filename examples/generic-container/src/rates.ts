/** Says what an amount in euros is in another currency, by the rates that the API at `baseUrl` gives. */
export async function convertEuros(baseUrl: string, amount: number, currency: string): Promise<number> {
  const response = await fetch(`${baseUrl}/v1/eur.json`);
  if (!response.ok) throw new Error(`The rates API answered with status ${response.status}.`);
  const { rates } = (await response.json()) as { rates: Readonly<Record<string, number>> };
  const rate = rates[currency];
  if (rate === undefined) throw new RangeError(`There is no rate for ${currency}.`);
  return amount * rate;
}
