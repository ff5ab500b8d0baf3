/** The most cores that a range may name: more than any machine has, few enough to be listed. */
const MAX_CORE = 8_191;

/** The cores that a list such as `0-1,3` names, in the format of the kernel's cpusets; `undefined` when it is no such list. */
export function coresIn(list: string): readonly number[] | undefined {
  const cores = new Set<number>();
  for (const part of list.split(",")) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined || last === undefined) return undefined;
    const [from, to] = [Number(first), Number(last)];
    if (from > to || to > MAX_CORE) return undefined;
    for (let core = from; core <= to; core += 1) cores.add(core);
  }
  return [...cores];
}
