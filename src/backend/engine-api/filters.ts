/**
 * The parameter by which a listing of the engine, or its stream of events, is narrowed.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerList
 */
export function filters(wanted: Readonly<Record<string, readonly string[]>>): { readonly filters: string } {
  return { filters: JSON.stringify(wanted) };
}
